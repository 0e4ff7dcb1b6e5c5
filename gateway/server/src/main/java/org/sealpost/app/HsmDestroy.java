package org.sealpost.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "destroy",
        mixinStandardHelpOptions = true,
        description = "Removes a key and its certificates for good, once the first 16 digits of its fingerprint have"
                + " been typed. What it signed stays provable.")
final class HsmDestroy implements Callable<Integer> {
    private static final int DIGITS = 16;

    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "KEY", description = "the key's label")
    private String name = "";

    @Option(
            names = "--confirm",
            description = "the first 16 digits, or all, of the key's fingerprint, as hsm keys shows it, instead of"
                    + " being asked for them")
    private Optional<String> confirmed = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            try (var token = target.openToAct()) {
                var key = HsmTarget.listed(token, name);
                var spki = key.spki()
                        .orElseThrow(() -> new HsmRefusal(
                                "the public key of \"" + name + "\" cannot be told, so it is left alone",
                                HsmCommand.REFUSED));
                var fingerprint = HsmWords.fingerprint(spki);
                var typed = confirmed.isPresent() ? confirmed.get() : ask(key.toString(), token.description());
                if (typed.length() < DIGITS
                        || !fingerprint.startsWith(typed.strip().toLowerCase(java.util.Locale.ROOT)))
                    throw new HsmRefusal(
                            "that is not the fingerprint of key \"" + name + "\": nothing was destroyed",
                            HsmCommand.REFUSED);
                token.destroy(name, spki);
                return HsmOutput.Answer.done(
                        HsmOutput.object().put("destroyed", name).put("fingerprint", fingerprint),
                        "key \"" + name + "\" is destroyed, with its certificates");
            }
        });
    }

    private String ask(String key, String token) throws IOException {
        out.progress(key + " in " + token + " will be destroyed for good.");
        out.progress("To go on, type the first " + DIGITS + " digits of its fingerprint (hsm keys shows it):");
        var in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        var line = in.readLine();
        return line == null ? "" : line.strip();
    }
}
