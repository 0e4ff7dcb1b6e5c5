package org.sealpost.evidence.anchor.evm;

/// Bytes of a chain are not what they are given for. The message is of our own making and fit to print.
public final class ProofBroken extends Exception {
    private static final long serialVersionUID = 1;

    ProofBroken(String reason) {
        super(reason);
    }
}
