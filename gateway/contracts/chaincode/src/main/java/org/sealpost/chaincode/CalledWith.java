package org.sealpost.chaincode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// Reads the arguments of questions.
final class CalledWith {
    static final int HASH_DIGITS = 2 * Hash.SIZE;

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{" + HASH_DIGITS + "}");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,18}");

    private static final Pattern COLLECTION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private CalledWith() {}

    static OriginId origin(List<byte[]> arguments) throws Refused {
        return new OriginId(hash(arguments.getFirst(), "an origin id"));
    }

    static Hash hash(byte[] argument, String what) throws Refused {
        var digits = latin(argument);
        if (!HASH.matcher(digits).matches()) {
            throw new Refused("bad argument: " + what + " has " + HASH_DIGITS + " hex digits in lower case");
        }
        return Hash.ofHex(digits);
    }

    static long number(byte[] argument, String what) throws Refused {
        var digits = latin(argument);
        try {
            if (NUMBER.matcher(digits).matches()) return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            // above 2^63-1, as below
        }
        throw new Refused("bad argument: " + what + " is a number from 1 to 2^63-1 in decimal");
    }

    /// Of a collection of private data, as the channel's definition of the chaincode names it.
    static String collection(byte[] argument) throws Refused {
        var name = latin(argument);
        if (!COLLECTION.matcher(name).matches()) {
            throw new Refused("bad argument: a collection's name is 1 to 64 letters, digits, _ or -");
        }
        return name;
    }

    /// Takes any bytes, and those of no other text become one that is known.
    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
