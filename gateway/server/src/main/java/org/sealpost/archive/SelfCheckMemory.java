package org.sealpost.archive;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the self-check keeps across restarts (docs/formats.md, "Self-check"): since when it has run, and what
/// is red.
///
/// @param ranMillis running time since the last round began
record SelfCheckMemory(long ranMillis, Map<SelfCheckItem, SelfCheck.Finding> findings) {
    static final int MAX_FINDINGS = 100;

    private static final String FIRST_LINE = "sealpost-self-check 1";
    private static final String RAN = "ran ";
    private static final String RED = "red ";

    SelfCheckMemory {
        findings = new LinkedHashMap<>(findings);
    }

    /// A file that cannot be read is as none: what is red is found again.
    static SelfCheckMemory parse(Optional<List<String>> lines) {
        if (lines.isEmpty()
                || lines.get().size() < 2
                || !lines.get().get(0).equals(FIRST_LINE)
                || !lines.get().get(1).startsWith(RAN)) return new SelfCheckMemory(0, Map.of());
        try {
            var findings = new LinkedHashMap<SelfCheckItem, SelfCheck.Finding>();
            for (var line : lines.get().subList(2, lines.get().size())) {
                var parts = line.split(" ", 4);
                var item = parts.length == 4 && line.startsWith(RED) ? SelfCheckItem.of(parts[2]) : Optional.empty();
                if (item.orElse(null) instanceof SelfCheckItem known && findings.size() < MAX_FINDINGS)
                    findings.put(known, new SelfCheck.Finding(known, Instant.parse(parts[1]), parts[3]));
            }
            return new SelfCheckMemory(Long.parseLong(lines.get().get(1).substring(RAN.length())), findings);
        } catch (DateTimeException | IllegalArgumentException e) {
            return new SelfCheckMemory(0, Map.of());
        }
    }

    String format() {
        var text = new StringBuilder(FIRST_LINE + "\n" + RAN + ranMillis + "\n");
        findings.values()
                .forEach(finding -> text.append(RED)
                        .append(finding.since())
                        .append(' ')
                        .append(finding.item().word())
                        .append(' ')
                        .append(finding.cause())
                        .append('\n'));
        return text.toString();
    }
}
