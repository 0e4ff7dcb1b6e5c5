package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.tsa.TsaConfig;

/// An `[anchorage.NAME]` table of kind `tsa`: a time-stamping authority.
record AuthoritySettings(String name, HeadPolicy policy, TsaConfig config) implements AnchorageSettings {
    static final String KIND = "tsa";
    static final List<String> KEYS = List.of("urls", "ca-file", "policy", "deadline");

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int MAX_FILE_BYTES = 256 << 10;

    static AuthoritySettings read(ConfigTable table, String name, String full) {
        var urls = table.optionalTexts("urls").orElseThrow(() -> new ConfigRefused(full + ".urls is missing"));
        var file = table.path("ca-file");
        var policy = table.optionalText("policy");
        var deadline = table.duration("deadline", DEADLINE);
        return new AuthoritySettings(
                name,
                AnchorageSettings.policy(table, full),
                TokenSettings.refusing(() -> new TsaConfig(
                        urls.stream()
                                .map(url -> ConfigTable.address(url, full + ".urls"))
                                .toList(),
                        certificates(file, full),
                        policy,
                        deadline)));
    }

    /// The relay's.
    @Override
    public int journals() {
        return 1;
    }

    private static List<X509Certificate> certificates(Path file, String full) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) throw new ConfigRefused(file + " is too large for certificates");
            return HsmWords.certificates(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new ConfigRefused(full + ".ca-file cannot be read: " + Refusal.words(e));
        }
    }
}
