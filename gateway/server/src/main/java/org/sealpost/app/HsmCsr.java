package org.sealpost.app;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.hsm.KeyKind;
import org.sealpost.journal.DurableFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "csr",
        mixinStandardHelpOptions = true,
        description = "Writes a request (PKCS#10, PEM) to certify a key, signed by that key.")
final class HsmCsr implements Callable<Integer> {
    static final Duration SIGNING = Duration.ofSeconds(30);

    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Mixin
    private HsmSubject subject = new HsmSubject();

    @Parameters(paramLabel = "KEY", description = "the key's label")
    private String name = "";

    @Option(names = "--kind", description = "how an RSA key signs: RSA_…_PKCS1 or RSA_…_PSS")
    private Optional<KeyKind> kind = Optional.empty();

    @Option(names = "--out", description = "writes it to this file instead of the standard output")
    private Optional<Path> file = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var asked = subject.request();
            try (var token = target.open()) {
                var der = asked.signedBy(HsmTarget.key(token, name, kind), SIGNING);
                var pem = HsmWords.pem("CERTIFICATE REQUEST", der);
                var json = HsmOutput.object().put("key", name).put("request", pem);
                if (file.isEmpty()) return HsmOutput.Answer.done(json, pem.stripTrailing());
                DurableFile.replace(file.get(), pem.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
                return HsmOutput.Answer.done(
                        json.put("file", file.get().toString()),
                        "the request is in " + file.get()
                                + "; have the owner's CA certify it, then: hsm import-cert; where the"
                                + " key is for Fabric, its organisation's CA, and the certificate goes to the file"
                                + " identity-certificate");
            }
        });
    }
}
