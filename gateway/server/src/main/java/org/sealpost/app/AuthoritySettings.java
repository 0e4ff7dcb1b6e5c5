package org.sealpost.app;

import java.time.Duration;
import java.util.List;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.tsa.TsaConfig;

/// An `[anchorage.NAME]` table of kind `tsa`: a time-stamping authority.
record AuthoritySettings(String name, HeadPolicy policy, TsaConfig config) implements AnchorageSettings {
    static final String KIND = "tsa";
    static final List<String> KEYS = List.of("urls", "ca-file", "policy", "deadline");

    private static final Duration DEADLINE = Duration.ofSeconds(10);

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
                        AnchorageSettings.certificates(file, full + ".ca-file"),
                        policy,
                        deadline)));
    }

    /// The relay's.
    @Override
    public int journals() {
        return 1;
    }
}
