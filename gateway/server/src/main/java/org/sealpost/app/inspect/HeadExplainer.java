package org.sealpost.app.inspect;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.record.CborMalformed;

/// Head files (docs/formats.md §24), checked as one that is to be lodged. Whether its proofs lead from what a
/// ledger holds is for the ledger to say.
final class HeadExplainer implements Explainer {
    /// An array of eight, then a text of thirteen bytes.
    private static final String BEGINNING = "\u0088\u006dsealpost-head";

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (!begins(subject.start(), BEGINNING) && !begins(subject.start(), HeadFile.TEXT_PREFIX)) {
            return Optional.empty();
        }
        var draft = Explanation.of("head file: a head of a log, for whoever lodges it");
        try {
            var file = HeadFile.parse(subject.content(HeadFile.MAX_SIZE_BYTES));
            draft.fact("origin", file.head().origin())
                    .fact("entries", file.head().size())
                    .fact("root", file.head().root().hex())
                    .fact("hand-overs", file.handOvers().size());
            file.proofs().forEach(proof -> draft.item("proof that it continues the head of " + proof.size()));
            file.checked();
        } catch (CborMalformed | HeadRefused e) {
            draft.damaged(String.valueOf(e.getMessage()));
        }
        return Optional.of(draft.done());
    }

    private static boolean begins(byte[] start, String with) {
        if (start.length < with.length()) return false;
        for (int i = 0; i < with.length(); i++) {
            if ((start[i] & 0xff) != with.charAt(i)) return false;
        }
        return true;
    }
}
