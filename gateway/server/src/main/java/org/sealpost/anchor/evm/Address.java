package org.sealpost.anchor.evm;

import java.util.Arrays;
import java.util.HexFormat;
import org.sealpost.evidence.anchor.evm.RlpWriter;

/// An account or a contract: 20 bytes.
///
/// @param hex 40 lower-case hex digits, without 0x
public record Address(String hex) {

    public Address {
        if (!hex.matches("[0-9a-f]{40}")) {
            throw new IllegalArgumentException("an address has 40 lower-case hex digits: " + hex);
        }
    }

    /// Reads an address with or without 0x, in upper or lower case; a mixed-case checksum (EIP-55) is not checked.
    public static Address parse(String text) {
        String digits = text.startsWith("0x") ? text.substring(2) : text;
        return new Address(digits.toLowerCase(java.util.Locale.ROOT));
    }

    /// The account of a public key: the last 20 bytes of keccak-256 over x ‖ y.
    static Address ofPoint(byte[] xy) {
        return lastTwenty(Keccak.hash(xy));
    }

    /// Where a contract comes to lie that `sender` creates with this nonce.
    static Address created(Address sender, long nonce) {
        return lastTwenty(Keccak.hash(RlpWriter.list(RlpWriter.bytes(sender.bytes()), RlpWriter.number(nonce))));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    private static Address lastTwenty(byte[] hash) {
        return new Address(HexFormat.of().formatHex(Arrays.copyOfRange(hash, 12, 32)));
    }

    @Override
    public String toString() {
        return "0x" + hex;
    }
}
