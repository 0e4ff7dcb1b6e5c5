package org.sealpost.evidence.anchor.tsa;

/// A time stamp can be read and does not hold. The message is whole and fit to print.
public final class StampRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean wantsCertificates;

    StampRefused(String reason) {
        this(reason, false);
    }

    private StampRefused(String reason, boolean wantsCertificates) {
        super(reason);
        this.wantsCertificates = wantsCertificates;
    }

    static StampRefused forWantOfCertificates(String reason) {
        return new StampRefused(reason, true);
    }

    /// Whether the certificates that were given do not lead from its signer to the authority, so that others might;
    /// else it holds with none.
    public boolean wantsCertificates() {
        return wantsCertificates;
    }
}
