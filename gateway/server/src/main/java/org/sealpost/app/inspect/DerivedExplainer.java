package org.sealpost.app.inspect;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;

/// Files that are made from the journals, and made anew when they are missing (docs/journal.md §2).
final class DerivedExplainer implements Explainer {
    private static final String MADE_ANEW = "made anew from the journal where it is missing";

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (subject.startsWith("SEALPKEY")) return Optional.of(keys(subject));
        if (subject.startsWith("SEALPFLT")) return Optional.of(filter(subject));
        return switch (subject.folder()) {
            case "window" -> inWindow(subject);
            case "index" -> inIndex(subject);
            default -> Optional.empty();
        };
    }

    private static Explanation keys(Subject subject) {
        var draft = Explanation.of("fingerprints of idempotency keys");
        if (!Blocks.isWhole(subject))
            return draft.damaged("the checksum of its first block").done();
        var fields = Blocks.fields(subject);
        return draft.fact("version", Short.toUnsignedInt(fields.getShort(8)))
                .fact("keys", fields.getInt(12))
                .fact("segment", fields.getLong(16))
                .fact("use", HexFormat.of().formatHex(subject.start(), 24, 40))
                .fact("entries", fields.getLong(40) + " to " + (fields.getLong(48) - 1))
                .fact("where it is missing", MADE_ANEW)
                .done();
    }

    private static Explanation filter(Subject subject) {
        var draft = Explanation.of("filter over fingerprints of idempotency keys");
        if (!Blocks.isWhole(subject))
            return draft.damaged("the checksum of its first block").done();
        var fields = Blocks.fields(subject);
        return draft.fact("version", Short.toUnsignedInt(fields.getShort(8)))
                .fact("blocks", fields.getInt(12))
                .fact("entries", fields.getLong(16) + " to " + (fields.getLong(24) - 1))
                .fact("where it is missing", MADE_ANEW)
                .done();
    }

    private static Optional<Explanation> inWindow(Subject subject) {
        if (subject.name().equals("secret")) {
            return Optional.of(Explanation.of("secret of the fingerprints of idempotency keys (not shown)")
                    .fact("size", subject.sizeBytes() + " bytes")
                    .fact("where it is missing", "another is made, and all fingerprints with it")
                    .done());
        }
        return setAside(subject, "fingerprints of idempotency keys");
    }

    private static Optional<Explanation> inIndex(Subject subject) {
        if (subject.name().matches("[0-9]{16}-[0-9]{16}\\.(db|sum)")) {
            boolean sum = subject.name().endsWith(".sum");
            var range = subject.name().substring(0, 33).split("-");
            return Optional.of(
                    Explanation.of(sum ? "what a part of the index was made from" : "part of the index (MapDB)")
                            .fact("entries", Long.parseLong(range[0]) + " to " + (Long.parseLong(range[1]) - 1))
                            .fact("where it is missing", MADE_ANEW)
                            .done());
        }
        return setAside(subject, "index");
    }

    private static Optional<Explanation> setAside(Subject subject, String of) {
        if (subject.name().endsWith(".bad")) {
            return Optional.of(Explanation.of(of + ": a file that was found damaged and set aside; it may be deleted")
                    .done());
        }
        if (subject.name().endsWith(".partial")) {
            return Optional.of(Explanation.of(of + ": a file that was being written; made anew")
                    .done());
        }
        return Optional.empty();
    }
}
