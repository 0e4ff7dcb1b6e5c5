package org.sealpost.record;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads deterministic CBOR and refuses everything else: the other half of [CborWriter].
///
/// Whatever is not the shortest form, not in order, not in the subset of docs/formats.md §1 or not what the caller
/// asks for ends in [CborMalformed]. Lengths are checked against what is there before anything is allocated.
/// Not thread-safe; the array is read in place and stays the caller's.
public final class CborReader {
    private static final int MAX_DEPTH = 16;

    private final byte[] input;
    private final int end;
    private int position;

    public CborReader(byte[] input) {
        this.input = input;
        this.end = input.length;
    }

    /// An integer from 0 to 2^63−1.
    public long unsigned() throws CborMalformed {
        long value = unsignedBits();
        if (value < 0) throw malformed("integer above 2^63-1");
        return value;
    }

    /// An integer from `min` to `max`, both included, not negative.
    public long unsigned(String name, long min, long max) throws CborMalformed {
        int at = position;
        long value = unsignedBits();
        if (value < min || value > max) {
            throw new CborMalformed(
                    at, name + " is " + Long.toUnsignedString(value) + ", allowed are " + min + " to " + max);
        }
        return value;
    }

    /// An integer from 0 to 2^64−1 as the bits of a long.
    public long unsignedBits() throws CborMalformed {
        return head(0, "unsigned integer");
    }

    /// An integer of either sign that fits a signed long.
    public long integer() throws CborMalformed {
        if (major() == 1) {
            long value = head(1, "integer");
            if (value < 0) throw malformed("integer below -2^63");
            return -1 - value;
        }
        return unsigned();
    }

    /// The next item must be exactly this integer: a map's key, a version.
    public CborReader expect(long value) throws CborMalformed {
        int at = position;
        long found = integer();
        if (found != value) throw new CborMalformed(at, "found " + found + ", expected " + value);
        return this;
    }

    /// The next item must be exactly this text.
    public CborReader expect(String value) throws CborMalformed {
        int at = position;
        if (!text(Math.max(value.length() * 4, 64)).equals(value)) {
            throw new CborMalformed(at, "expected the text " + value);
        }
        return this;
    }

    /// A byte string of at most `max` bytes.
    public byte[] bytes(int max) throws CborMalformed {
        int count = count(2, "byte string", max);
        var value = Arrays.copyOfRange(input, position, position + count);
        position += count;
        return value;
    }

    /// A byte string of exactly `size` bytes.
    public byte[] fixed(int size) throws CborMalformed {
        int at = position;
        var value = bytes(size);
        if (value.length != size) {
            throw new CborMalformed(at, "byte string of " + value.length + " bytes, expected " + size);
        }
        return value;
    }

    /// A text of at most `maxBytes` bytes in UTF-8.
    public String text(int maxBytes) throws CborMalformed {
        int count = count(3, "text", maxBytes);
        if (isAscii(count)) {
            // Nearly all texts: a decoder and its buffers would cost more than what is read.
            var value = new String(input, position, count, StandardCharsets.US_ASCII);
            position += count;
            return value;
        }
        try {
            var decoder = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
            var value = decoder.decode(ByteBuffer.wrap(input, position, count)).toString();
            position += count;
            return value;
        } catch (CharacterCodingException e) {
            throw malformed("text is not UTF-8");
        }
    }

    private boolean isAscii(int count) {
        for (int at = position; at < position + count; at++) {
            if (input[at] < 0) return false;
        }
        return true;
    }

    /// Enters an array of at most `max` items and returns their number.
    public int array(int max) throws CborMalformed {
        return count(4, "array", max);
    }

    /// Enters an array of exactly `count` items.
    public CborReader arrayOf(int count) throws CborMalformed {
        int at = position;
        int found = array(Integer.MAX_VALUE);
        if (found != count) throw new CborMalformed(at, "array of " + found + " items, expected " + count);
        return this;
    }

    /// For an array whose number of items was to be seen before it was known what it is.
    public void requireItems(int count, int expected) throws CborMalformed {
        if (count != expected) throw new CborMalformed(position, count + " items, expected " + expected);
    }

    /// Enters a map of at most `max` pairs and returns their number. The caller reads the keys in ascending order;
    /// use [#expect(long)] for each, or [#skipItem] over a map that was checked before.
    public int map(int max) throws CborMalformed {
        return count(5, "map", max);
    }

    /// Enters a map of exactly `count` pairs.
    public CborReader mapOf(int count) throws CborMalformed {
        int at = position;
        int found = map(Integer.MAX_VALUE);
        if (found != count) throw new CborMalformed(at, "map of " + found + " pairs, expected " + count);
        return this;
    }

    public CborReader tag(int number) throws CborMalformed {
        int at = position;
        long found = head(6, "tag");
        if (found != number)
            throw new CborMalformed(at, "tag " + Long.toUnsignedString(found) + ", expected " + number);
        return this;
    }

    public boolean bool() throws CborMalformed {
        int value = next();
        if (value != 0xf4 && value != 0xf5) throw new CborMalformed(position - 1, "expected true or false");
        return value == 0xf5;
    }

    /// Consumes a null and answers true, or answers false and consumes nothing.
    public boolean nil() throws CborMalformed {
        if (peek() != 0xf6) return false;
        position++;
        return true;
    }

    /// The major type (0 to 7) of the next item.
    public int major() throws CborMalformed {
        return peek() >>> 5;
    }

    /// Reads over one whole item, checking it all the way down, and returns its bytes.
    public byte[] item() throws CborMalformed {
        int start = position;
        skipItem(0);
        return Arrays.copyOfRange(input, start, position);
    }

    /// Reads over one whole item, checking that it is deterministic all the way down.
    public void skipItem() throws CborMalformed {
        skipItem(0);
    }

    /// Nothing may follow the last item.
    public void end() throws CborMalformed {
        if (position != end) throw malformed((end - position) + " bytes after the end");
    }

    public boolean atEnd() {
        return position == end;
    }

    public int position() {
        return position;
    }

    private void skipItem(int depth) throws CborMalformed {
        if (depth > MAX_DEPTH) throw malformed("nested deeper than " + MAX_DEPTH);
        switch (major()) {
            case 0 -> head(0, "integer");
            case 1 -> head(1, "integer");
            case 2 -> {
                int count = count(2, "byte string", Integer.MAX_VALUE);
                position += count;
            }
            case 3 -> text(Integer.MAX_VALUE);
            case 4 -> {
                int count = array(Integer.MAX_VALUE);
                for (int i = 0; i < count; i++) skipItem(depth + 1);
            }
            case 5 -> skipMap(depth);
            case 6 -> {
                tag(18);
                skipItem(depth + 1);
            }
            default -> {
                if (!nil()) bool();
            }
        }
    }

    private void skipMap(int depth) throws CborMalformed {
        int count = map(Integer.MAX_VALUE);
        int previousStart = -1;
        int previousEnd = -1;
        for (int i = 0; i < count; i++) {
            int start = position;
            skipItem(depth + 1);
            if (previousStart >= 0
                    && Arrays.compareUnsigned(input, previousStart, previousEnd, input, start, position) >= 0) {
                throw new CborMalformed(start, "keys of a map are not in ascending order");
            }
            previousStart = start;
            previousEnd = position;
            skipItem(depth + 1);
        }
    }

    /// A length or a number of items. Each item takes a byte at least, so a number above the bytes that are left is
    /// refused before anybody reserves memory for it.
    private int count(int major, String what, int max) throws CborMalformed {
        int at = position;
        long count = head(major, what);
        if (Long.compareUnsigned(count, max) > 0) {
            throw new CborMalformed(at, what + " of " + Long.toUnsignedString(count) + ", allowed are " + max);
        }
        long needed = major == 5 ? 2 * count : count;
        if (needed > end - position) throw new CborMalformed(at, what + " longer than what is left");
        return (int) count;
    }

    private long head(int major, String what) throws CborMalformed {
        int at = position;
        int initial = next();
        if (initial >>> 5 != major)
            throw new CborMalformed(at, "expected " + what + ", found major type " + (initial >>> 5));
        int additional = initial & 0x1f;
        if (additional < 24) return additional;
        return switch (additional) {
            case 24 -> shortest(at, bigEndian(1), 24);
            case 25 -> shortest(at, bigEndian(2), 0x100);
            case 26 -> shortest(at, bigEndian(4), 0x1_0000);
            case 27 -> shortest(at, bigEndian(8), 0x1_0000_0000L);
            default -> throw new CborMalformed(at, "indefinite or reserved length");
        };
    }

    private long shortest(int at, long value, long least) throws CborMalformed {
        if (Long.compareUnsigned(value, least) < 0) throw new CborMalformed(at, "not the shortest form");
        return value;
    }

    private long bigEndian(int count) throws CborMalformed {
        if (end - position < count) throw malformed("ends in the middle of a number");
        long value = 0;
        for (int i = 0; i < count; i++) value = value << 8 | (input[position++] & 0xff);
        return value;
    }

    private int peek() throws CborMalformed {
        if (position >= end) throw malformed("ends too early");
        return input[position] & 0xff;
    }

    private int next() throws CborMalformed {
        int value = peek();
        position++;
        return value;
    }

    private CborMalformed malformed(String what) {
        return new CborMalformed(position, what);
    }
}
