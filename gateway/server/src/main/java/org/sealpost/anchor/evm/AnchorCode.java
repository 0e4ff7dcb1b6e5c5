package org.sealpost.anchor.evm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.sealpost.merkle.Hash;

/// The contract's code as it is checked in beside its source (module contracts).
final class AnchorCode {
    private static final String FOLDER = "/org/sealpost/contracts/SealpostAnchor";

    private AnchorCode() {}

    /// What a transaction that creates the contract carries.
    static byte[] creation() {
        return HexFormat.of().parseHex(resource(".creation.hex"));
    }

    /// keccak-256 of what lies at the contract's address afterwards.
    static Hash hash() {
        return Hash.ofHex(resource(".code-hash"));
    }

    private static String resource(String suffix) {
        try (var in = AnchorCode.class.getResourceAsStream(FOLDER + suffix)) {
            if (in == null) throw new IllegalStateException("the program lacks its own " + FOLDER + suffix);
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
