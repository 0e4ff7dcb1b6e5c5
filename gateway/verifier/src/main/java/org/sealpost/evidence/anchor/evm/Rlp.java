package org.sealpost.evidence.anchor.evm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads recursive length prefix (Ethereum yellow paper, appendix B) and refuses every form but the shortest.
///
/// Lengths are checked against what is there before anything is allocated; what is read over is not looked
/// into. Not thread-safe; the array is read in place and stays the caller's.
public final class Rlp {
    private static final int STRING = 0x80;
    private static final int LIST = 0xc0;
    private static final int LONGEST_SHORT = 55;

    private final byte[] input;
    private final int end;
    private int position;

    private Rlp(byte[] input, int position, int end) {
        this.input = input;
        this.position = position;
        this.end = end;
    }

    /// Reads the items of the one list that these bytes are.
    public static Rlp ofList(byte[] encoded) throws ProofBroken {
        var all = new Rlp(encoded, 0, encoded.length);
        var list = all.list();
        all.end();
        return list;
    }

    /// The one string that these bytes are.
    static byte[] string(byte[] encoded) throws ProofBroken {
        var all = new Rlp(encoded, 0, encoded.length);
        var string = all.bytes(encoded.length);
        all.end();
        return string;
    }

    /// Refuses what is not one integer of at most `max`.
    static void checkNumber(byte[] encoded, long max) throws ProofBroken {
        var all = new Rlp(encoded, 0, encoded.length);
        long number = all.number();
        if (number > max) throw all.broken("integer above " + max);
        all.end();
    }

    /// A byte string of at most `max` bytes.
    public byte[] bytes(int max) throws ProofBroken {
        var item = next();
        if (item.isList()) throw broken("a list where a string belongs");
        int size = item.end() - item.content();
        if (size > max) throw broken("string of " + size + " bytes, allowed are " + max);
        position = item.end();
        return Arrays.copyOfRange(input, item.content(), item.end());
    }

    /// A byte string of exactly `size` bytes.
    public byte[] fixed(int size) throws ProofBroken {
        var value = bytes(size);
        if (value.length != size) throw broken("string of " + value.length + " bytes, expected " + size);
        return value;
    }

    /// An integer from 0 to 2^63−1.
    public long number() throws ProofBroken {
        var value = scalar(8);
        long number = 0;
        for (byte b : value) number = number << 8 | (b & 0xff);
        if (number < 0) throw broken("integer above 2^63-1");
        return number;
    }

    /// An integer of at most `maxBytes` bytes, big-endian, without leading zeros.
    public byte[] scalar(int maxBytes) throws ProofBroken {
        var value = bytes(maxBytes);
        if (value.length > 0 && value[0] == 0) throw broken("integer with a leading zero");
        return value;
    }

    public Rlp list() throws ProofBroken {
        var item = next();
        if (!item.isList()) throw broken("a string where a list belongs");
        position = item.end();
        return new Rlp(input, item.content(), item.end());
    }

    /// Reads over one item and returns its bytes as they stand.
    byte[] item() throws ProofBroken {
        int start = position;
        position = next().end();
        return Arrays.copyOfRange(input, start, position);
    }

    /// All items that are left, at most `max`, as they stand.
    List<byte[]> items(int max) throws ProofBroken {
        var items = new ArrayList<byte[]>();
        while (!atEnd()) {
            if (items.size() == max) throw broken("more than " + max + " items");
            items.add(item());
        }
        return items;
    }

    void skip() throws ProofBroken {
        position = next().end();
    }

    boolean atEnd() {
        return position == end;
    }

    /// Nothing may follow the last item.
    public void end() throws ProofBroken {
        if (!atEnd()) throw broken((end - position) + " bytes after the end");
    }

    static boolean isList(byte[] encoded) {
        return encoded.length > 0 && (encoded[0] & 0xff) >= LIST;
    }

    /// @param content where what it holds begins
    private record Item(boolean isList, int content, int end) {}

    private Item next() throws ProofBroken {
        if (atEnd()) throw broken("ends too early");
        int first = input[position] & 0xff;
        if (first < STRING) return new Item(false, position, position + 1);
        boolean isList = first >= LIST;
        int content = position + 1;
        long length = first - (isList ? LIST : STRING);
        if (length > LONGEST_SHORT) {
            int count = (int) length - LONGEST_SHORT;
            if (count > end - content) throw broken("ends in the middle of a length");
            if (count > 4) throw broken("longer than what is left, or not the shortest form");
            length = 0;
            for (int i = 0; i < count; i++) length = length << 8 | (input[content++] & 0xff);
            if (length <= LONGEST_SHORT || length >>> (8 * (count - 1)) == 0) throw broken("not the shortest form");
        }
        if (length > end - content) throw broken("longer than what is left");
        if (!isList && length == 1 && input[content] >= 0) throw broken("not the shortest form");
        return new Item(isList, content, content + (int) length);
    }

    private ProofBroken broken(String what) {
        return new ProofBroken("not RLP as expected at byte " + position + ": " + what);
    }
}
