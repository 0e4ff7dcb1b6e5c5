package org.sealpost.app;

import java.util.Base64;
import java.util.concurrent.Callable;
import org.sealpost.hsm.KeyKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "keygen",
        mixinStandardHelpOptions = true,
        description = "Makes a key pair in the token, whose private key never leaves it, and tests it.")
final class HsmKeygen implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "NAME", description = "the key's label")
    private String name = "";

    @Option(names = "--kind", description = "one of ${COMPLETION-CANDIDATES}; default: P256")
    private KeyKind kind = KeyKind.P256;

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            try (var token = target.openToAct()) {
                out.progress("Making a " + kind + " key; with RSA a token may take a minute.");
                var key = token.generate(name, kind);
                var fingerprint = HsmWords.fingerprint(key.spki());
                return HsmOutput.Answer.done(
                        HsmOutput.object()
                                .put("name", name)
                                .put("kind", kind.name())
                                .put("fingerprint", fingerprint)
                                .put("public-key", Base64.getEncoder().encodeToString(key.spki())),
                        "key \"" + name + "\" (" + kind + ") made in " + token.description() + ", and tested",
                        "public key: SHA-256 " + fingerprint);
            }
        });
    }
}
