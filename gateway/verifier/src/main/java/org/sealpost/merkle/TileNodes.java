package org.sealpost.merkle;

import java.util.Arrays;

/// The hashes of a tile and every node above them that they complete, so that a proof finds its nodes and
/// hashes none: 511 hashes in a full tile. Grows at its right end; not thread-safe while it does.
public final class TileNodes {
    private static final int WIDTH = TileCoordinates.FULL;
    private static final int TOP = 8;

    private final TreeHash hash;
    // The tile itself, behind it the 128 nodes above, behind them 64, and so on up to the root.
    private final byte[] nodes;
    private int width;

    private TileNodes(TreeHash hash, byte[] nodes, int width) {
        this.hash = hash;
        this.nodes = nodes;
        this.width = width;
    }

    public static TileNodes empty(TreeHash hash) {
        return new TileNodes(hash, new byte[(2 * WIDTH - 1) * Hash.SIZE], 0);
    }

    /// @param tile 32 bytes for each of at most 256 hashes
    public static TileNodes of(byte[] tile, TreeHash hash) {
        if (tile.length % Hash.SIZE != 0 || tile.length > WIDTH * Hash.SIZE) {
            throw new IllegalArgumentException("a tile of " + tile.length + " bytes");
        }
        var nodes = empty(hash);
        for (int at = 0; at < tile.length; at += Hash.SIZE) nodes.add(Hash.of(tile, at));
        return nodes;
    }

    /// Adds the next hash, and the nodes that it completes.
    public void add(Hash next) {
        if (width == WIDTH) throw new IllegalStateException("the tile is full");
        next.writeTo(nodes, offset(0, width));
        width++;
        var right = next;
        for (int above = 1; above <= TOP && width % (1 << above) == 0; above++) {
            int place = (width >>> above) - 1;
            right = hash.node(Hash.of(nodes, offset(above - 1, 2 * place)), right);
            right.writeTo(nodes, offset(above, place));
        }
    }

    /// Hashes in the tile, 0 to 256.
    public int width() {
        return width;
    }

    /// A node over 2^above hashes of the tile.
    ///
    /// @param above 0 for the hashes themselves, 8 for the root of a full tile
    public Hash node(int above, int place) {
        if (above < 0 || above > TOP || place < 0 || place + 1 << above > width) {
            throw new IllegalArgumentException("node " + place + " at level " + above + " of a tile of " + width);
        }
        return Hash.of(nodes, offset(above, place));
    }

    /// What stands for a full tile in the level above.
    public Hash root() {
        return node(TOP, 0);
    }

    /// The first hashes side by side, as tlog-tiles serves them.
    public byte[] tile(int count) {
        if (count < 0 || count > width) throw new IllegalArgumentException(count + " hashes of " + width);
        return Arrays.copyOf(nodes, count * Hash.SIZE);
    }

    public TileNodes copy() {
        return new TileNodes(hash, nodes.clone(), width);
    }

    private static int offset(int above, int place) {
        return (2 * WIDTH - (2 * WIDTH >>> above) + place) * Hash.SIZE;
    }
}
