package org.sealpost.anchor.evm;

/// The build that asks the chain's own P256VERIFY.
class SealpostPublicationsTest extends PublicationsCodeContract {
    @Override
    AnchorCode headsCode() {
        return AnchorCode.PRECOMPILED;
    }

    @Override
    PublicationsCode code() {
        return PublicationsCode.PRECOMPILED;
    }

    @Override
    long gasOfAPublication() {
        return 250_000;
    }
}
