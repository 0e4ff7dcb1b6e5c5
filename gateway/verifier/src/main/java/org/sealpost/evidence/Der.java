package org.sealpost.evidence;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/// Reads DER (ITU-T X.690 §10), as much of it as time stamps and extensions are made of: definite lengths in their
/// shortest form, tags of one byte. All else ends in [DerMalformed]. The order within a SET OF is not looked at:
/// authorities do not keep to it, and nothing here rests on it.
///
/// A cursor over the elements of one level; what is entered is a cursor of its own. Not thread-safe; the array is read
/// in place and stays the caller's.
public final class Der {
    public static final int BOOLEAN = 0x01;
    public static final int INTEGER = 0x02;
    public static final int BIT_STRING = 0x03;
    public static final int OCTET_STRING = 0x04;
    public static final int NULL = 0x05;
    public static final int OBJECT_IDENTIFIER = 0x06;
    public static final int UTF8_STRING = 0x0c;
    public static final int GENERALIZED_TIME = 0x18;
    public static final int SEQUENCE = 0x30;
    public static final int SET = 0x31;

    /// Above all numbers that time stamps have: a serial number has 160 bits (RFC 3161 §2.4.2).
    private static final int MAX_INTEGER_SIZE = 64;

    private static final int MAX_IDENTIFIER_SIZE = 64;

    private final byte[] input;
    private int position;
    private final int end;

    private Der(byte[] input, int position, int end) {
        this.input = input;
        this.position = position;
        this.end = end;
    }

    public static Der of(byte[] input) {
        return new Der(input, 0, input.length);
    }

    /// The tag of a constructed element `[number]`, 0 to 30.
    public static int context(int number) {
        return 0xa0 | number;
    }

    /// The tag of a primitive element `[number] IMPLICIT`, 0 to 30.
    public static int primitiveContext(int number) {
        return 0x80 | number;
    }

    public boolean atEnd() {
        return position == end;
    }

    /// Whether an element with this tag comes next.
    public boolean isNext(int tag) {
        return position < end && (input[position] & 0xff) == tag;
    }

    /// Passes the next element, and reads within it.
    public Der enter(int tag) throws DerMalformed {
        if (!isNext(tag)) {
            throw malformed(
                    atEnd()
                            ? String.format("ends where tag %02x is expected", tag)
                            : String.format("tag %02x, expected %02x", input[position], tag));
        }
        int at = position;
        if ((tag & 0x1f) == 0x1f) throw malformed("a tag of more than one byte");
        position++;
        int length = length();
        if (length > end - position) throw new DerMalformed(at, "an element longer than what is left");
        position += length;
        return new Der(input, position - length, position);
    }

    /// The same where the element may be left out.
    public Optional<Der> enterIfNext(int tag) throws DerMalformed {
        return isNext(tag) ? Optional.of(enter(tag)) : Optional.empty();
    }

    /// Passes the next element, whatever it is, and answers its bytes with tag and length.
    public byte[] element() throws DerMalformed {
        if (atEnd()) throw malformed("ends where an element is expected");
        int start = position;
        enter(input[position] & 0xff);
        return Arrays.copyOfRange(input, start, position);
    }

    /// Nothing may be left on this level.
    public void end() throws DerMalformed {
        if (position != end) throw malformed((end - position) + " bytes that do not belong there");
    }

    /// What is left on this level.
    public byte[] rest() {
        int start = position;
        position = end;
        return Arrays.copyOfRange(input, start, end);
    }

    /// The content of the next element.
    public byte[] content(int tag) throws DerMalformed {
        return enter(tag).rest();
    }

    public BigInteger integer() throws DerMalformed {
        return number(INTEGER);
    }

    /// An integer under a tag of its own.
    public BigInteger number(int tag) throws DerMalformed {
        int at = position;
        var bytes = content(tag);
        if (bytes.length < 1 || bytes.length > MAX_INTEGER_SIZE) {
            throw new DerMalformed(at, "an integer of " + bytes.length + " bytes");
        }
        if (bytes.length > 1 && (bytes[0] == 0 && bytes[1] >= 0 || bytes[0] == -1 && bytes[1] < 0)) {
            throw new DerMalformed(at, "an integer that is not in its shortest form");
        }
        return new BigInteger(bytes);
    }

    public boolean bool() throws DerMalformed {
        int at = position;
        var bytes = content(BOOLEAN);
        if (bytes.length != 1 || bytes[0] != 0 && bytes[0] != -1) throw new DerMalformed(at, "neither true nor false");
        return bytes[0] != 0;
    }

    /// An object identifier in its dotted form.
    public String identifier() throws DerMalformed {
        int at = position;
        var bytes = content(OBJECT_IDENTIFIER);
        if (bytes.length < 1 || bytes.length > MAX_IDENTIFIER_SIZE || bytes[bytes.length - 1] < 0) {
            throw new DerMalformed(at, "not an object identifier");
        }
        var dotted = new StringBuilder();
        var arc = BigInteger.ZERO;
        boolean begins = true;
        for (byte next : bytes) {
            if (begins && next == (byte) 0x80) {
                throw new DerMalformed(at, "an object identifier that is not in its shortest form");
            }
            arc = arc.shiftLeft(7).or(BigInteger.valueOf(next & 0x7f));
            begins = next >= 0;
            if (!begins) continue;
            dotted.append(dotted.isEmpty() ? firstArcs(arc) : "." + arc);
            arc = BigInteger.ZERO;
        }
        return dotted.toString();
    }

    private static String firstArcs(BigInteger both) {
        int first = both.min(BigInteger.valueOf(80)).intValue() / 40;
        return first + "." + both.subtract(BigInteger.valueOf(40L * first));
    }

    private int length() throws DerMalformed {
        if (atEnd()) throw malformed("ends where a length is expected");
        int first = input[position++] & 0xff;
        if (first < 0x80) return first;
        int count = first & 0x7f;
        if (count < 1 || count > 3 || count > end - position) {
            throw malformed("a length that is indefinite, or more than what is left");
        }
        int length = 0;
        for (int i = 0; i < count; i++) length = length << 8 | (input[position++] & 0xff);
        if (length < 0x80 || length >>> 8 * (count - 1) == 0)
            throw malformed("a length that is not in its shortest form");
        return length;
    }

    private DerMalformed malformed(String what) {
        return new DerMalformed(position, what);
    }
}
