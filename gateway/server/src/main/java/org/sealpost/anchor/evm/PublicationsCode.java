package org.sealpost.anchor.evm;

import org.sealpost.merkle.Hash;

/// The code of the contract for publications: one set of rules, built twice, as [AnchorCode] is.
enum PublicationsCode {
    /// Asks the chain's P256VERIFY (EIP-7951); its constructor refuses a chain without.
    PRECOMPILED("SealpostPublications"),
    /// Brings the arithmetic of P-256 with it.
    PLAIN("SealpostPublicationsPlain");

    private final CheckedInCode code;

    PublicationsCode(String contract) {
        this.code = new CheckedInCode(contract);
    }

    /// What a transaction that creates the contract carries.
    ///
    /// @param heads the contract that it asks for keys
    byte[] creation(Address heads) {
        return Abi.call(code.creation(), Abi.word(heads));
    }

    /// keccak-256 of what lies at the contract's address afterwards.
    Hash hash() {
        return code.hash();
    }
}
