package org.sealpost.ota.tuf;

/// Carries a refusal out of the steps below [TufClient], which hands it on as a value.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refused refused;

    Refusal(String file, Rule rule, String what, String remedy) {
        super(null, null, false, false);
        refused = new Refused(file, rule, file + ": " + what + "; " + remedy + ".");
    }

    Refused refused() {
        return refused;
    }
}
