package org.sealpost.app;

import java.io.IOException;
import org.sealpost.control.AuditTrail;
import org.sealpost.stage.Stage;

/// Takes what was done to the token and its keys into the log, in the order of the notes. A note goes when the log has
/// it, so that a crash at any moment leads at most to a second offer, which the key makes harmless (I7).
final class TokenScribe implements Stage {
    private static final int MOST_AT_ONCE = 16;

    /// Of the note's hash, so many digits are in the key of its entry.
    private static final int DIGITS = 32;

    private final TokenNotes notes;
    private final AuditTrail trail;

    TokenScribe(TokenNotes notes, AuditTrail trail) {
        this.notes = notes;
        this.trail = trail;
    }

    @Override
    public String name() {
        return "token-scribe";
    }

    @Override
    public int step() throws IOException {
        var waiting = notes.waiting(MOST_AT_ONCE);
        for (var note : waiting) {
            trail.add("token-" + note.id().substring(0, DIGITS), note.content());
            notes.taken(note);
        }
        return waiting.size();
    }
}
