package org.sealpost.anchor.evm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.sealpost.merkle.Hash;

/// The code of a contract as it is checked in beside its source (module contracts).
record CheckedInCode(String contract) {
    private static final String FOLDER = "/org/sealpost/contracts/";

    /// What a transaction that creates the contract carries, up to what its constructor is given.
    byte[] creation() {
        return HexFormat.of().parseHex(resource(".creation.hex"));
    }

    /// keccak-256 of what lies at the contract's address afterwards.
    Hash hash() {
        return Hash.ofHex(resource(".code-hash"));
    }

    private String resource(String suffix) {
        try (var in = CheckedInCode.class.getResourceAsStream(FOLDER + contract + suffix)) {
            if (in == null) throw new IllegalStateException("the program lacks its own " + FOLDER + contract + suffix);
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
