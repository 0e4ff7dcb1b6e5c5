package org.sealpost.chaincode;

/// The call changes nothing, and its caller is told why.
final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final String why;

    Refused(String why) {
        super(why, null, false, false);
        this.why = why;
    }

    String why() {
        return why;
    }
}
