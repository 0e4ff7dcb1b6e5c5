package org.sealpost.record;

/// Bytes are not the one deterministic encoding that was expected; the message says where and why.
public final class CborMalformed extends Exception {
    private static final long serialVersionUID = 1;

    private final int offset;

    /// @param offset bytes from the start of the input
    public CborMalformed(int offset, String what) {
        super("at byte " + offset + ": " + what);
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }
}
