package org.sealpost.app.inspect;

import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// What lies beside the segments of a journal (docs/formats.md §7).
final class JournalExtrasExplainer implements Explainer {
    private static final String TAIL_COPY = "tail.copy";
    private static final String TAIL_MAGIC = "SEALPTCP";

    private static final Map<String, String> BY_NAME = Map.of(
            "spare.segment", "room for a journal's next segment; its content means nothing",
            "spare.partial", "room for a journal's next segment that was being filled; deleted at the next opening",
            "tail.partial",
                    "room for the copy of a journal's last group that was being filled; deleted at the next opening",
            "recycled.segment", "a journal's segment that was given up and is being zeroed",
            "erasing.partial", "a copy of a journal's segment without erased bodies, not finished; made anew",
            "erasing.linked", "a segment of a journal that was about to be replaced by one without erased bodies",
            "erasing.replaced", "a journal's segment that was replaced by one without erased bodies, being zeroed",
            "reserve.bin", "room kept for seals, anchors and acts on a full disk; its content means nothing");

    @Override
    public Optional<Explanation> explain(Subject subject) {
        if (subject.name().equals(TAIL_COPY)) return Optional.of(tailCopy(subject));
        if (subject.name().equals("lock") && subject.sizeBytes() == 0) {
            return Optional.of(
                    Explanation.of("lock of whoever has the folder open").done());
        }
        return Optional.ofNullable(BY_NAME.get(subject.name()))
                .map(kind -> Explanation.of(kind)
                        .fact("size", subject.sizeBytes() + " bytes")
                        .done());
    }

    private static Explanation tailCopy(Subject subject) {
        var draft = Explanation.of("copy of a journal's last group, made at its last opening");
        if (!subject.startsWith(TAIL_MAGIC))
            return draft.fact("state", "nothing was copied yet").done();
        var fields = Blocks.fields(subject);
        // Interrupted copies are no damage: the group that was to be copied is in its segment then.
        if (!Blocks.isWhole(subject))
            return draft.fact("state", "cut while it was made; it does not count")
                    .done();
        return draft.fact("version", Short.toUnsignedInt(fields.getShort(8)))
                .fact("segment", fields.getLong(16))
                .fact("offset", fields.getLong(24))
                .fact("length", fields.getInt(12) + " bytes")
                .fact("use", HexFormat.of().formatHex(subject.start(), 32, 48))
                .done();
    }
}
