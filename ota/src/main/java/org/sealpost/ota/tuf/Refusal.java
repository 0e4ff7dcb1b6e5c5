package org.sealpost.ota.tuf;

import java.util.List;

/// Carries a refusal out of the steps below [TufClient], which hands it on as a value.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refused refused;

    Refusal(String file, Rule rule, String what, String remedy) {
        super(null, null, false, false);
        var shown = Malformed.shown(file);
        refused = new Refused(shown, rule, shown + ": " + Malformed.shown(what) + "; " + remedy + ".", List.of());
    }

    Refused refused() {
        return refused;
    }

    Refused refused(List<String> remarks) {
        return new Refused(refused.file(), refused.rule(), refused.sentence(), remarks);
    }
}
