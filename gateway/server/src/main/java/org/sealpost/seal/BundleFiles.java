package org.sealpost.seal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.TileCoordinates;

/// Full entry bundles in the layout of C2SP tlog-tiles (docs/formats.md §5, §20): 256 leaves, each with its length
/// before it. A bundle has no checksum; the tree tells whether its leaves are the right ones.
final class BundleFiles {
    private static final int LENGTH_SIZE = 2;

    private final BundleFolder folder;

    BundleFiles(BundleFolder folder) {
        this.folder = folder;
    }

    /// @throws IOException if it is missing, or no bundle of 256 leaves
    List<byte[]> read(long number) throws IOException {
        var found = folder.read(path(number));
        if (found.isEmpty()) return missing(number);
        var leaves = leaves(found.get());
        if (leaves.isEmpty()) {
            throw new IOException(folder.place(path(number)) + " has " + found.get().length
                    + " bytes and is no bundle of 256 leaves: bring it back from a copy of the data directory, or from"
                    + " whoever follows the log");
        }
        return leaves.get();
    }

    /// Empty if it is missing, or no bundle of 256 leaves.
    Optional<List<byte[]>> find(long number) throws IOException {
        return folder.read(path(number)).flatMap(BundleFiles::leaves);
    }

    private static Optional<List<byte[]>> leaves(byte[] bytes) {
        var leaves = new ArrayList<byte[]>(Tree.WIDTH);
        int at = 0;
        while (at + LENGTH_SIZE <= bytes.length && leaves.size() < Tree.WIDTH) {
            int begin = at + LENGTH_SIZE;
            at = begin + Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at));
            if (at > bytes.length) break;
            leaves.add(Arrays.copyOfRange(bytes, begin, at));
        }
        return at == bytes.length && leaves.size() == Tree.WIDTH ? Optional.of(leaves) : Optional.empty();
    }

    List<byte[]> missing(long number) throws IOException {
        throw new IOException("the journal gave up the entries from " + number * Tree.WIDTH + " on, and "
                + folder.place(path(number)) + " is not there: bring it back from a copy of the data directory, or"
                + " from whoever follows the log");
    }

    /// It is durable when it returns, its name only after [#forceName].
    void write(long number, List<byte[]> leaves) throws IOException {
        var out = new ByteArrayOutputStream(leaves.size() * 128);
        for (var leaf : leaves) {
            out.write(leaf.length >>> 8);
            out.write(leaf.length);
            out.writeBytes(leaf);
        }
        folder.write(path(number), out.toByteArray());
    }

    /// Forces whatever leads to this bundle, so that it is found after a power cut.
    void forceName(long number) throws IOException {
        folder.forceName(path(number));
    }

    private static String path(long number) {
        return new TileCoordinates(0, number, TileCoordinates.FULL).entriesPath();
    }
}
