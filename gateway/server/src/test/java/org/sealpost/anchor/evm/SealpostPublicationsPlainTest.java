package org.sealpost.anchor.evm;

/// The build for chains that cannot check P-256 themselves, on one that has nothing that came after the rules
/// for which it is compiled.
class SealpostPublicationsPlainTest extends PublicationsCodeContract {
    @Override
    AnchorCode headsCode() {
        return AnchorCode.PLAIN;
    }

    @Override
    PublicationsCode code() {
        return PublicationsCode.PLAIN;
    }

    @Override
    long gasOfAPublication() {
        return 500_000;
    }

    @Override
    String[] options() {
        return new String[] {"--hardfork", "istanbul"};
    }
}
