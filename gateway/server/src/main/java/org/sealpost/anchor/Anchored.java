package org.sealpost.anchor;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;

/// What is known of the heads on one anchorage, for whoever assembles evidence and shows states. Any thread.
public interface Anchored {
    /// The anchorage's name as the operator calls it.
    String name();

    /// Who the anchorage is; empty until it was reached for the first time.
    Optional<AnchorIdentity> identity();

    /// False if it stands only where this box stands: what is anchored there proves nothing to anybody else.
    boolean convincesOthers();

    /// Whether what is final there makes an entry final: it convinces others and takes one history only, or the owner
    /// named it all the same.
    boolean makesFinal();

    /// The smallest final head that covers the entry.
    Optional<FinalHead> firstFinalCovering(long index) throws IOException;

    /// What proves a final head to others; empty where this kind has no such thing, and as long as it was not fetched.
    Optional<AnchorProof> proof(FinalHead head) throws IOException;

    /// The largest final head.
    Optional<FinalHead> newestFinal() throws IOException;

    /// The size of the largest final head: what lies below it may count on this anchorage. 0 if there is none, and
    /// from the moment on at which another history of this log was seen there. Asks no disk.
    long finalSize();

    /// The size of the largest final head, as [#newestFinal] tells it, for people: also after another history was seen,
    /// where it gives nothing up. 0 if there is none. Asks no disk.
    default long largestFinal() {
        return finalSize();
    }

    /// Whether a head of this size is final there, or may become so: its seal will be asked for.
    boolean holds(long size);

    AnchorState stateOf(long index) throws IOException;

    /// What is wrong, if anything is.
    Optional<Trouble> trouble();

    /// A cause, what a person can do about it, and since when it is so.
    ///
    /// @param urgent whether somebody should look now; false as long as it may pass by itself, as when a ledger
    ///     is away for a while
    record Trouble(String cause, String remedy, Instant since, boolean urgent) {
        /// What nobody should wait about.
        public Trouble(String cause, String remedy, Instant since) {
            this(cause, remedy, since, true);
        }

        /// The same, which somebody should look at now also where this is so.
        Trouble urgentIf(boolean isSo) {
            return new Trouble(cause, remedy, since, urgent || isSo);
        }

        /// The same with who is asked: of several it may be the one that is at fault.
        Trouble withWhoIsAsked(Optional<AnchorageStanding> standing) {
            String asked =
                    standing.map(answering -> "; asked is " + answering.asked()).orElse("");
            return new Trouble(cause + asked, remedy, since, urgent);
        }

        /// The first that somebody should look at now; else the first, if there is any.
        static Optional<Trouble> foremost(List<Optional<Trouble>> all) {
            var told = all.stream().flatMap(Optional::stream).toList();
            return told.stream()
                    .filter(Trouble::urgent)
                    .findFirst()
                    .or(() -> told.stream().findFirst());
        }
    }
}
