package org.sealpost.archive.range;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// The bytes of a range file in hands that alter them, and make all checksums right again.
public final class ChunkedBytes {
    private final byte[] bytes;

    ChunkedBytes(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    /// One of the files that `vectors.py` makes.
    public static byte[] vector(String name) throws IOException {
        try (var in = ChunkedBytes.class.getResourceAsStream("/range/" + name)) {
            assertNotNull(in, name);
            var lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
            var last = lines.getLast();
            var bytes = new byte[Integer.parseInt(last.substring(0, 4), 16) + (last.length() - 5) / 2];
            for (var line : lines) {
                var row = HexFormat.of().parseHex(line.substring(5));
                System.arraycopy(row, 0, bytes, Integer.parseInt(line.substring(0, 4), 16), row.length);
            }
            return bytes;
        }
    }

    /// Offsets at which chunks begin.
    List<Integer> offsets() {
        var found = new ArrayList<Integer>();
        for (int at = 0; at < bytes.length; at += (int) Chunk.size(length(at))) found.add(at);
        return found;
    }

    private int length(int at) {
        return (int) fields(bytes, at).getLong(at + 16);
    }

    private static ByteBuffer fields(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Whether a byte is one of what a chunk holds, and not of its header, its filling, or the end.
    boolean isContent(int at) {
        var offsets = offsets();
        for (int i = 0; i < offsets.size() - 1; i++) {
            int begin = offsets.get(i) + Chunk.HEADER_BYTES;
            if (at >= begin && at < begin + length(offsets.get(i))) return true;
        }
        return false;
    }

    /// The same with another byte, all checksums and the hash at the end made anew.
    byte[] altered(int at, int xor) {
        var all = bytes.clone();
        all[at] ^= (byte) xor;
        return repaired(all, offsets());
    }

    static byte[] repaired(byte[] all, List<Integer> offsets) {
        var fields = fields(all, 0);
        for (int offset : offsets) {
            int length = (int) fields.getLong(offset + 16);
            if (fields.getInt(offset + 8) == Chunk.Kind.END.number()) {
                var before = ChunkReader.sha256();
                before.update(all, 0, offset);
                System.arraycopy(before.digest(), 0, all, offset + Chunk.HEADER_BYTES, 32);
            }
            fields.putInt(offset + 24, Chunk.crc(all, offset + Chunk.HEADER_BYTES, length));
            fields.putInt(offset + 28, Chunk.crc(all, offset, 28));
        }
        return all;
    }

    byte[] cut(int size) {
        return Arrays.copyOf(bytes, size);
    }
}
