package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.journal.DurableFile;

/// The certificates that the configuration of an origin named, kept in its directory when it ends (docs/formats.md
/// §31): the configuration is another's from then on, and no journal has them.
final class LeftCertificates {
    static final String FILE = "certificates.pem";

    private LeftCertificates() {}

    /// Durable when it returns, if the configuration names any.
    ///
    /// @throws HsmRefusal if the file is away: the same again goes on
    static void keep(GatewayConfig settings) throws IOException {
        var named = settings.token().certificates();
        if (named.isEmpty()) return;
        DurableFile.replace(settings.data().resolve(FILE), content(named.get()), "rw-r--r--");
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new HsmRefusal(
                    "the certificates of this origin, without which its evidence is worth less, cannot be read: "
                            + Refusal.words(e) + ": bring the file back, or take certificates out of [token], and give"
                            + " the same command again",
                    HsmCommand.SETTINGS);
        }
    }

    /// Empty where the configuration named none.
    static Optional<Path> in(Path data) {
        return Optional.of(data.resolve(FILE)).filter(Files::exists);
    }
}
