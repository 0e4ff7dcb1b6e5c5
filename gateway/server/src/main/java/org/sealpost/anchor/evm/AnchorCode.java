package org.sealpost.anchor.evm;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.merkle.Hash;

/// The contract's code as it is checked in beside its source (module contracts): one set of rules, built twice.
enum AnchorCode {
    /// Asks the chain's P256VERIFY (EIP-7951); its constructor refuses a chain without.
    PRECOMPILED("SealpostAnchor"),
    /// Brings the arithmetic of P-256 with it.
    PLAIN("SealpostAnchorPlain");

    private static final Hash VERSION_1 =
            Hash.ofHex("92ab4792e9b16d5aefc8d5fc5e6c71044b39bd6e47125a1b35fa525a7cb1bcc6");

    private final CheckedInCode code;

    AnchorCode(String contract) {
        this.code = new CheckedInCode(contract);
    }

    /// What a transaction that creates the contract carries.
    byte[] creation() {
        return code.creation();
    }

    /// keccak-256 of what lies at the contract's address afterwards.
    Hash hash() {
        return code.hash();
    }

    /// That what lies there is one of them.
    static Hash require(Address address, byte[] code, String otherwise) throws AnchorageSetback {
        var found = Hash.of(Keccak.hash(code));
        if (found.equals(VERSION_1)) {
            throw new AnchorageSetback(
                    "at " + address + " is the contract of release 0.3, which knows no rotation",
                    "name another pin file, and the anchorage anew, as docs/ledgers.md says under Another contract");
        }
        if (Arrays.stream(values()).noneMatch(known -> known.hash().equals(found))) {
            String expected =
                    Arrays.stream(values()).map(known -> known.hash().hex()).collect(Collectors.joining(" or "));
            throw new AnchorageSetback(
                    "the contract at " + address + " has code " + found + ", expected " + expected, otherwise);
        }
        return found;
    }
}
