package org.sealpost.evidence;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the proof of an anchor shows of one head (docs/relay.md §10). The texts are whole, printable and of our own
/// making: what comes from the proof is escaped.
public sealed interface AnchorProofFinding {
    /// Every step that this kind of anchor needs holds, down to keys that the trust store names.
    ///
    /// @param steps what each step showed, in their order, for people
    /// @param time  when, as far as those keys signed it: the head's seal is no younger
    record Proved(List<String> steps, Optional<Instant> time) implements AnchorProofFinding {
        public Proved {
            steps = List.copyOf(steps);
        }
    }

    /// What was looked at holds, and a step is missing: the trust store does not name whose keys would do, or this
    /// kind of ledger has nothing more to give.
    ///
    /// @param steps   those that hold, in their order
    /// @param missing the first that is missing, and who could tell
    record Incomplete(List<String> steps, String missing) implements AnchorProofFinding {
        public Incomplete {
            steps = List.copyOf(steps);
        }
    }

    /// A step does not hold, or the bytes are not those of a proof: whoever made the file is wrong about the anchor.
    record Broken(String reason) implements AnchorProofFinding {}
}
