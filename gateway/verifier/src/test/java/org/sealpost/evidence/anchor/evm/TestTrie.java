package org.sealpost.evidence.anchor.evm;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.sealpost.merkle.Hash;

/// A Merkle-Patricia trie made the plain way, with an encoder of its own, so that nothing here rests on what it
/// tests.
final class TestTrie {
    private final TreeMap<String, byte[]> values = new TreeMap<>();

    TestTrie put(byte[] key, byte[] value) {
        values.put(HexFormat.of().formatHex(key), value);
        return this;
    }

    Hash root() {
        return Keccak256.of(encode(List.copyOf(values.keySet()), 0, new ArrayList<>(), ""));
    }

    /// The nodes that are named by hash on the way to a key, from the root down.
    List<byte[]> proof(byte[] key) {
        var met = new ArrayList<byte[]>();
        met.add(encode(List.copyOf(values.keySet()), 0, met, HexFormat.of().formatHex(key)));
        return met.reversed();
    }

    /// @param keys in nibbles, all alike before `depth`
    private byte[] encode(List<String> keys, int depth, List<byte[]> met, String wanted) {
        var first = keys.getFirst();
        if (keys.size() == 1) return list(path(first.substring(depth), 2), string(values.get(first)));
        int common = depth;
        while (keys.getLast().startsWith(first.substring(0, common + 1))) common++;
        if (common > depth) {
            return list(path(first.substring(depth, common), 0), named(keys, common, met, wanted));
        }
        var items = new byte[17][];
        for (int i = 0; i < 16; i++) {
            var start = first.substring(0, depth) + Integer.toHexString(i);
            var below = keys.stream().filter(key -> key.startsWith(start)).toList();
            items[i] = below.isEmpty() ? string(new byte[0]) : named(below, depth + 1, met, wanted);
        }
        items[16] = string(new byte[0]);
        return list(items);
    }

    private byte[] named(List<String> keys, int depth, List<byte[]> met, String wanted) {
        byte[] node = encode(keys, depth, met, wanted);
        if (node.length < Hash.SIZE) return node;
        if (wanted.startsWith(keys.getFirst().substring(0, depth))) met.add(node);
        return string(Keccak256.of(node).toBytes());
    }

    private static byte[] path(String nibbles, int flags) {
        boolean isOdd = nibbles.length() % 2 == 1;
        return string(HexFormat.of().parseHex((flags + (isOdd ? 1 : 0)) + (isOdd ? "" : "0") + nibbles));
    }

    static byte[] string(byte[] value) {
        return value.length == 1 && value[0] >= 0 ? value : prefixed(0x80, value);
    }

    static byte[] number(long value) {
        byte[] bytes = BigInteger.valueOf(value).toByteArray();
        return string(Arrays.copyOfRange(bytes, bytes[0] == 0 ? 1 : 0, bytes.length));
    }

    static byte[] list(byte[]... items) {
        var content = new ByteArrayOutputStream();
        for (var item : items) content.writeBytes(item);
        return prefixed(0xc0, content.toByteArray());
    }

    private static byte[] prefixed(int type, byte[] content) {
        var out = new ByteArrayOutputStream();
        if (content.length < 56) {
            out.write(type + content.length);
        } else {
            var length = HexFormat.of()
                    .parseHex(
                            content.length < 256
                                    ? "%02x".formatted(content.length)
                                    : content.length < 65_536
                                            ? "%04x".formatted(content.length)
                                            : "%06x".formatted(content.length));
            out.write(type + 55 + length.length);
            out.writeBytes(length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
