package org.sealpost.evidence;

/// Bytes are not the DER that was expected; the message says where and why, and has nothing of them in it.
public final class DerMalformed extends Exception {
    private static final long serialVersionUID = 1;

    /// @param offset bytes from the start of what the reader was made of
    DerMalformed(int offset, String what) {
        super("at byte " + offset + ": " + what);
    }
}
