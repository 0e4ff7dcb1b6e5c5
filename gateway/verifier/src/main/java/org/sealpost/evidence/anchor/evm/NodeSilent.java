package org.sealpost.evidence.anchor.evm;

/// A node gave no answer that could be used; the message says why and is fit to print.
final class NodeSilent extends Exception {
    private static final long serialVersionUID = 1;

    NodeSilent(String message) {
        super(message);
    }
}
