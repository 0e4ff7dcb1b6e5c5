package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;

/// What is known of leaves whose entries are gone: from tiles, or from the leaves that were kept.
class KeptHashesTest {
    @TempDir
    Path folder;

    private static byte[] leaf(long index) {
        return ("leaf " + index).getBytes(StandardCharsets.US_ASCII);
    }

    private static Optional<Hash> hash(long index) {
        return Optional.of(Merkle.leafHash(leaf(index)));
    }

    private List<KeptHashes> kept() {
        return KeptHashes.inEachOrder(folder.resolve("log"), folder.resolve(LeafArchive.FOLDER));
    }

    private void writeTile(long number) throws IOException {
        var tile = new byte[Tree.TILE_SIZE_BYTES];
        for (int i = 0; i < Tree.WIDTH; i++) {
            hash(number * Tree.WIDTH + i).orElseThrow().writeTo(tile, i * Hash.SIZE);
        }
        new TileFiles(folder.resolve("log")).write(0, number, tile);
    }

    private void writeBundle(long number) throws IOException {
        var leaves = new ArrayList<byte[]>();
        for (int i = 0; i < Tree.WIDTH; i++) leaves.add(leaf(number * Tree.WIDTH + i));
        new BundleFiles(new BundleDirectory(folder.resolve(LeafArchive.FOLDER))).write(number, leaves);
    }

    private void flip(String file, int at) throws IOException {
        var bytes = Files.readAllBytes(folder.resolve(file));
        bytes[at] ^= 1;
        Files.write(folder.resolve(file), bytes);
    }

    @Test
    void eitherIsEnough() throws IOException {
        for (var kept : kept()) assertEquals(Optional.empty(), kept.leaf(0));
        writeTile(0);
        writeBundle(1);
        for (var kept : kept()) {
            for (long index : new long[] {0, 255, 256, 511, 7}) assertEquals(hash(index), kept.leaf(index));
            assertEquals(Optional.empty(), kept.leaf(512));
        }
    }

    @Test
    void whatIsWrongInOneIsFoundInTheOther() throws IOException {
        writeTile(0);
        writeBundle(0);
        flip("log/tile/0/000", 40);
        var kept = kept();
        assertNotEquals(hash(1), kept.getFirst().leaf(1));
        assertEquals(hash(1), kept.getLast().leaf(1));

        flip("log/tile/0/000", 40);
        flip("leaves/tile/entries/000", 4);
        kept = kept();
        assertEquals(hash(0), kept.getFirst().leaf(0));
        assertNotEquals(hash(0), kept.getLast().leaf(0));
    }

    /// A file that was cut off is as good as none.
    @Test
    void whatIsNoTileAndNoBundleIsPassedOver() throws IOException {
        writeTile(0);
        writeBundle(0);
        var bundle = folder.resolve("leaves/tile/entries/000");
        var whole = Files.readAllBytes(bundle);
        Files.write(bundle, Arrays.copyOf(whole, whole.length - 1));
        for (var kept : kept()) assertEquals(hash(3), kept.leaf(3));
        Files.write(bundle, whole);
        Files.write(folder.resolve("log/tile/0/000"), new byte[100]);
        for (var kept : kept()) assertEquals(hash(3), kept.leaf(3));
    }
}
