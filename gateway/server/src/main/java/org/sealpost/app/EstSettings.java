package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.est.EstServer;
import org.sealpost.hsm.est.Renewal;

/// The `[est]` table: which server certifies the sealing key, and renews its certificate, by itself (RFC 7030).
///
/// @param password whose name and one-time password are given for a first certificate; empty for nobody's
/// @param renewal  when a certificate is due
record EstSettings(EstServer server, Optional<Password> password, Renewal renewal) {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int MAX_ANSWER_BYTES = 256 << 10;

    /// @param file holds the password; read when it is needed
    record Password(String user, Path file) {}

    static EstSettings read(ConfigTable table) {
        var address = table.text("server");
        var caFile = table.path("ca-file");
        var user = table.optionalText("user");
        var file = table.optionalPath("password-file");
        if (user.isPresent() != file.isPresent())
            throw new ConfigRefused("est.user and est.password-file belong together; give both, or neither");
        if (user.filter(name -> name.contains(":")).isPresent())
            throw new ConfigRefused("est.user has a colon, which no user's name has");
        var settings = new EstSettings(
                TokenSettings.refusing(() -> new EstServer(
                        ConfigTable.address(address, "est.server"), authorities(caFile), DEADLINE, MAX_ANSWER_BYTES)),
                user.map(name -> new Password(name, file.orElseThrow())),
                new Renewal(table.share("after", Renewal.DEFAULT.share())));
        table.done();
        return settings;
    }

    private static List<X509Certificate> authorities(Path file) {
        try {
            if (Files.size(file) > MAX_ANSWER_BYTES) throw new ConfigRefused(file + " is too large for certificates");
            return HsmWords.certificates(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new ConfigRefused("est.ca-file cannot be read: " + Refusal.words(e));
        }
    }
}
