package org.sealpost.merkle;

import java.util.Optional;
import java.util.regex.Pattern;

/// Where a hash tile of C2SP tlog-tiles lies: 256 hashes side by side, a level of tiles for every 8 of the tree.
///
/// @param level of tiles, 0 to 7: above it no tree of 63 bits has a node
/// @param index place in its level, from 0
/// @param width hashes in it: 256 in a full tile, 1 to 255 in a partial one
public record TileCoordinates(int level, long index, int width) {
    public static final int FULL = 256;
    private static final int HEIGHT = 8;
    private static final Pattern PATH =
            Pattern.compile("tile/([0-7])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

    public TileCoordinates {
        if (level < 0 || level > 7) throw new IllegalArgumentException("level " + level + " of tiles");
        if (index < 0 || index > Long.MAX_VALUE >>> HEIGHT) throw new IllegalArgumentException("tile " + index);
        if (width < 1 || width > FULL) throw new IllegalArgumentException("tile of " + width + " hashes");
    }

    /// The tile that holds a stored node of the tree of `size` leaves, as wide as that tree makes it; only nodes at
    /// every eighth level are stored.
    public static TileCoordinates holding(int tileLevel, long node, long size) {
        long nodes = size >>> HEIGHT * tileLevel;
        if (node < 0 || node >= nodes) {
            throw new IllegalArgumentException(
                    "node " + node + " at level " + HEIGHT * tileLevel + " of a tree of " + size);
        }
        long index = node >>> HEIGHT;
        return new TileCoordinates(tileLevel, index, (int) Math.min(FULL, nodes - (index << HEIGHT)));
    }

    public boolean isFull() {
        return width == FULL;
    }

    /// `tile/<L>/<N>[.p/<W>]`.
    public String path() {
        return "tile/" + level + "/" + number(index) + partial();
    }

    /// `tile/entries/<N>[.p/<W>]`: the bundle of leaves under a tile of level 0.
    public String entriesPath() {
        if (level != 0) throw new IllegalStateException("entries lie under level 0, not " + level);
        return "tile/entries/" + number(index) + partial();
    }

    /// Reads the only spelling of a hash tile's path, or answers nothing.
    public static Optional<TileCoordinates> parse(String path) {
        var match = PATH.matcher(path);
        if (!match.matches()) return Optional.empty();
        long index = Long.parseLong(match.group(2).replace("x", "").replace("/", ""));
        int width = match.group(3) == null ? FULL : Integer.parseInt(match.group(3));
        if (index > Long.MAX_VALUE >>> HEIGHT || match.group(3) != null && width >= FULL) return Optional.empty();
        var tile = new TileCoordinates(Integer.parseInt(match.group(1)), index, width);
        return tile.path().equals(path) ? Optional.of(tile) : Optional.empty();
    }

    /// Reads the only spelling of an entry bundle's path, or answers nothing; the result has level 0.
    public static Optional<TileCoordinates> parseEntries(String path) {
        if (!path.startsWith("tile/entries/")) return Optional.empty();
        return parse("tile/0/" + path.substring("tile/entries/".length()));
    }

    private String partial() {
        return isFull() ? "" : ".p/" + width;
    }

    /// Groups of three digits, all but the last marked with an x: 1234067 is `x001/x234/067`.
    private static String number(long index) {
        var text = threeDigits(index % 1000);
        for (long rest = index / 1000; rest > 0; rest /= 1000) text = "x" + threeDigits(rest % 1000) + "/" + text;
        return text;
    }

    private static String threeDigits(long number) {
        return Long.toString(1000 + number).substring(1);
    }
}
