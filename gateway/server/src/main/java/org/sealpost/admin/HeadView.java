package org.sealpost.admin;

import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.anchor.HeadFile;
import org.sealpost.record.CborMalformed;

/// What the page with the newest head says, in the words that stand there.
///
/// @param from    what was asked for, as it was asked
/// @param refused why there is nothing to be shown
record HeadView(String from, Optional<String> refused, Optional<Shown> head) {
    /// @param words what it is and where it can be lodged
    /// @param svg   as it stands in the page
    /// @param file  path of the head file
    record Shown(String origin, String words, String svg, String file) {}

    static HeadView refused(String from, String why) {
        return new HeadView(from, Optional.of(why), Optional.empty());
    }

    /// @param newest the head file; empty if there is none, or none larger than what the ledger holds
    static HeadView of(String from, OptionalLong base, Optional<byte[]> newest) throws CborMalformed {
        if (newest.isEmpty()) {
            return refused(
                    from,
                    base.isEmpty()
                            ? "No head is sealed yet: look at Home how the token is."
                            : "The newest head is of no more than "
                                    + Phrases.counted(base.getAsLong(), "entry", "entries")
                                    + ": nothing of this log is missing there, or the ledger holds more than is here.");
        }
        var file = HeadFile.parse(newest.get()).withOneProof(base);
        var code = HeadQr.of(file);
        if (code.isEmpty()) return refused(from, Phrases.capitalised(HeadQr.TOO_LARGE) + ".");
        var size = Phrases.counted(file.head().size(), "entry", "entries");
        var leads = file.proofs().stream()
                .map(proof -> ", and where the head of " + Phrases.counted(proof.size(), "entry", "entries")
                        + " is the newest")
                .findFirst()
                .orElse("");
        return new HeadView(
                from,
                Optional.empty(),
                Optional.of(new Shown(
                        file.head().origin().name(),
                        "The head of " + size + ". It can be lodged where nothing of this log is yet" + leads + ".",
                        code.get().svg(),
                        "/log/head" + (base.isEmpty() ? "" : "/" + base.getAsLong()))));
    }
}
