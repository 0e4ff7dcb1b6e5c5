package org.sealpost.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-cert",
        mixinStandardHelpOptions = true,
        description = "Keeps a key's certificate in the token, beside it. Of a PEM file with several the first is the"
                + " key's.")
final class HsmImportCert implements Callable<Integer> {
    private static final int MAX_FILE_BYTES = 262_144;

    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(index = "0", paramLabel = "KEY", description = "the key's label")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "the certificate, PEM or DER")
    private Path file = Path.of("");

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var certificate = HsmWords.certificates(read(file), file.toString()).getFirst();
            try (var token = target.openToAct()) {
                var listed = HsmTarget.listed(token, name);
                var spki = listed.spki()
                        .orElseThrow(() -> new HsmRefusal(
                                "the public key of \"" + name + "\" cannot be told", HsmCommand.REFUSED));
                token.storeCertificate(name, spki, certificate.getEncoded());
                return HsmOutput.Answer.done(
                        HsmOutput.object().put("key", name).put("certificate", HsmWords.sentence(certificate)),
                        "kept with key \"" + name + "\": " + HsmWords.sentence(certificate));
            }
        });
    }

    static byte[] read(Path file) throws java.io.IOException {
        if (Files.size(file) > MAX_FILE_BYTES)
            throw new IllegalArgumentException(file + " is too large for certificates: at most 256 KiB are read");
        return Files.readAllBytes(file);
    }
}
