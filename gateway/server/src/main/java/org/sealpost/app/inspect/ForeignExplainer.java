package org.sealpost.app.inspect;

import java.io.IOException;
import java.util.Optional;

/// Files that lie beside ours and are others': named, and not looked into.
final class ForeignExplainer implements Explainer {
    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        var name = subject.name();
        if (name.endsWith(".raucb") || name.equals("bundle.part")) {
            boolean whole = subject.startsWith("hsqs");
            var draft = Explanation.of("update bundle (RAUC)").fact("checked by", "sealpost-ota and RAUC: rauc info");
            return Optional.of((whole ? draft : draft.damaged("it does not begin as a bundle does")).done());
        }
        if (name.matches("(?:[0-9]+\\.)?(root|timestamp|snapshot|targets)\\.json")) {
            return named("metadata of updates (TUF); checked by the update agent, and by sealpost-release verify");
        }
        if (name.equals("acts") && subject.start().length > 9 && subject.start()[8] == ' ') {
            return named("what the update agent did, an act a line, each with its checksum");
        }
        if (name.equals("proven-time")) return named("latest time that the update agent had from a synchronised clock");
        if (name.equals("anvil-state.json") || name.equals("anvil.log")) {
            return named("the demo's EVM node: not Sealpost's own");
        }
        if (name.equals("softhsm2.conf")) return named("configuration of SoftHSM, the token in software");
        if (name.matches(".*\\.(object|lock)") || name.equals("generation")) {
            return inSoftHsm(subject) ? named("token in software: SoftHSM's own (not shown)") : Optional.empty();
        }
        if (name.startsWith("tpm2_pkcs11.sqlite3")) return named("store of the TPM's PKCS#11 library (not shown)");
        if (name.matches(".+\\.[0-9a-f]{32}\\.pem")) return named("private key in a file, for tests only (not shown)");
        return Optional.empty();
    }

    /// SoftHSM gives each token a folder that a UUID names.
    private static boolean inSoftHsm(Subject subject) {
        return subject.folder().matches("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    }

    private static Optional<Explanation> named(String kind) {
        return Optional.of(Explanation.of(kind).done());
    }
}
