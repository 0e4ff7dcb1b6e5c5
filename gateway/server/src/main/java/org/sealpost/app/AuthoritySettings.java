package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.sealpost.anchor.tsa.TsaConfig;

/// An `[anchorage.NAME]` table of kind `tsa`: a time-stamping authority.
///
/// @param name         of the anchorage
/// @param betweenHeads least time between two heads there
record AuthoritySettings(String name, TsaConfig config, Duration betweenHeads) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,20}");
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int MAX_FILE_BYTES = 256 << 10;

    /// The tables below `[anchorage]`.
    ///
    /// @param taken names of other anchorages
    static List<AuthoritySettings> read(ConfigTable tables, Set<String> taken) {
        var authorities = new ArrayList<AuthoritySettings>();
        for (var name : tables.keys()) {
            if (!NAME.matcher(name).matches()) {
                throw new ConfigRefused("anchorage.\"" + name + "\" is no name of an anchorage: 1 to 20 characters a-z,"
                        + " 0-9, '-' are");
            }
            if (taken.contains(name)) {
                throw new ConfigRefused("anchorage." + name + " has the name of [ledger." + name + "]: choose another");
            }
            authorities.add(read(tables.table(name), name));
        }
        return List.copyOf(authorities);
    }

    private static AuthoritySettings read(ConfigTable table, String name) {
        String full = "anchorage." + name;
        var kind = table.text("kind");
        if (!kind.equals("tsa")) {
            throw new ConfigRefused(full + ".kind is \"" + kind
                    + "\", expected \"tsa\"; ledgers stand in [ledger.local]" + " and [ledger.evm]");
        }
        var urls = table.optionalTexts("urls").orElseThrow(() -> new ConfigRefused(full + ".urls is missing"));
        var file = table.path("ca-file");
        var policy = table.optionalText("policy");
        var deadline = table.duration("deadline", DEADLINE);
        var settings = new AuthoritySettings(
                name,
                TokenSettings.refusing(() -> new TsaConfig(
                        urls.stream()
                                .map(url -> ConfigTable.address(url, full + ".urls"))
                                .toList(),
                        certificates(file, full),
                        policy,
                        deadline)),
                GatewayConfig.pauseBetweenHeads(table, full));
        table.done();
        return settings;
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
