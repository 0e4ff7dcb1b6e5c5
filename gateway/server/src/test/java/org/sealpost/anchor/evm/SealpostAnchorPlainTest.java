package org.sealpost.anchor.evm;

/// The build for chains that cannot check P-256 themselves, on one that has nothing that came after the rules
/// for which it is compiled: consortia stop at Berlin.
class SealpostAnchorPlainTest extends AnchorCodeContract {
    @Override
    AnchorCode code() {
        return AnchorCode.PLAIN;
    }

    @Override
    String[] options() {
        return new String[] {"--hardfork", "istanbul"};
    }
}
