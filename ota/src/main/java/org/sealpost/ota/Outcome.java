package org.sealpost.ota;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/// What became of what was to be done.
sealed interface Outcome {
    /// It is done.
    record Done() implements Outcome {}

    /// The source's metadata verify, and these are the releases that they describe: none twice, and of this
    /// box's own board the higher ones at least.
    ///
    /// @param refused why the highest release of which the descriptor is no good is not among them
    record Verified(List<ReleaseDescriptor> releases, Optional<UpdateAct.Refused> refused) implements Outcome {
        public Verified {
            releases = List.copyOf(releases);
        }

        Verified(List<ReleaseDescriptor> releases) {
            this(releases, Optional.empty());
        }
    }

    /// Not for this box, whatever is tried again.
    record Refused(UpdateAct.Refused why) implements Outcome {}

    /// Not now.
    ///
    /// @param progressed whether it came further than before
    record Setback(String sentence, boolean progressed) implements Outcome {
        Setback(String sentence) {
            this(sentence, false);
        }
    }

    record Seen(Gateway gateway) implements Outcome {}

    record Primary(Slot slot) implements Outcome {}

    record Confirmation(Proof proof) implements Outcome {
        enum Proof {
            OPEN,
            CONFIRMED,
            FAILED
        }
    }

    /// How the gateway answers on its own door.
    ///
    /// @param red  its parts that are not well, but for those of the place: sensors, certificates, credentials
    /// @param unit empty, or why systemd does not start it any more or starts it again and again
    record Gateway(Answer answer, SortedSet<String> red, String detail, String unit) {
        enum Answer {
            /// It says how its parts are.
            PARTS,
            /// It has no owner yet, and says nothing else.
            UNCLAIMED,
            /// It runs, and says why it does not work.
            REFUSES,
            NONE
        }
    }
}
