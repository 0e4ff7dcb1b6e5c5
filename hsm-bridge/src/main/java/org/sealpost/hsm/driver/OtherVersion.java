package org.sealpost.hsm.driver;

/// The other end is of another release: one of them was replaced on the disk while the other ran.
final class OtherVersion extends ProtocolError {
    private static final long serialVersionUID = 1L;

    private final long call;

    OtherVersion(long call, int version) {
        super("the driver process and the program that started it are of different releases (version " + Message.VERSION
                + " of their protocol here, " + version + " there): restart that program");
        this.call = call;
    }

    /// The number of the call that says so.
    long call() {
        return call;
    }
}
