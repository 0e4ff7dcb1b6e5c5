package org.sealpost.anchor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// What a relay wants done or asked next; `A` is what it hears of it.
///
/// A want may be left without an answer at any time: all that a relay knows for certain stands in its
/// journal, and from there it comes to the same want again.
sealed interface Want<A> {
    /// Has it done. May block for as long as the network does.
    A in(Surroundings surroundings) throws IOException, AnchorageSetback;

    /// What a relay's core does not have itself.
    interface Surroundings {
        /// Makes the entry durable.
        ///
        /// @return where it stands in the journal
        /// @throws EntryRefused if no start could read it behind those before; then nothing is written
        long write(RelayEntry entry) throws IOException;

        /// The newest final head, as the journal has it.
        FinalHead lastFinal() throws IOException;

        /// The newest final head below this size whose proof is not kept; empty also where none are kept.
        Optional<FinalHead> owed(long below) throws IOException;

        /// Makes a proof durable.
        ///
        /// @return where the proof itself stands
        Place keep(Keep proof) throws IOException, AnchorageSetback;

        /// Makes it durable that this is said against the log, or, where it is empty, that nothing is any more.
        void doubt(Optional<Doubt> doubt) throws IOException;

        /// Makes a request durable that may land in the place of another.
        void write(OriginId origin, ReplacedEntry.Replaced entry) throws IOException;

        HeadSource heads();

        Anchorage anchorage();
    }

    /// That the entry is durable; the answer is where it stands.
    record Write(RelayEntry entry) implements Want<Long> {
        @Override
        public Long in(Surroundings surroundings) throws IOException {
            return surroundings.write(entry);
        }
    }

    /// The newest final head, where there is one.
    record LastFinal() implements Want<FinalHead> {
        @Override
        public FinalHead in(Surroundings surroundings) throws IOException {
            return surroundings.lastFinal();
        }
    }

    /// By what the anchorage knows the log.
    record Origin() implements Want<OriginId> {
        @Override
        public OriginId in(Surroundings surroundings) {
            return surroundings.heads().originId();
        }
    }

    /// The newest head that may be published.
    record Newest() implements Want<Optional<LodgeableHead>> {
        @Override
        public Optional<LodgeableHead> in(Surroundings surroundings) {
            return surroundings.heads().newest();
        }
    }

    /// A head with at most so many hand-overs beyond what is held.
    record Between(long base, int most) implements Want<Optional<LodgeableHead>> {
        @Override
        public Optional<LodgeableHead> in(Surroundings surroundings) throws IOException {
            return surroundings.heads().between(base, most);
        }
    }

    /// Whether one of these entries is to be anchored at once.
    record AtOnce(long from, long to) implements Want<Boolean> {
        @Override
        public Boolean in(Surroundings surroundings) {
            return surroundings.heads().anyAtOnce(from, to);
        }
    }

    /// Whether this log sealed exactly this head, and still has the seal.
    record IsSealed(long size, Hash root) implements Want<Boolean> {
        @Override
        public Boolean in(Surroundings surroundings) throws IOException {
            return surroundings.heads().isSealed(size, root);
        }
    }

    /// RFC 9162 proof that the log at one size begins the log at another.
    record Proof(long oldSize, long newSize) implements Want<List<Hash>> {
        @Override
        public List<Hash> in(Surroundings surroundings) {
            return surroundings.heads().consistency(oldSize, newSize);
        }
    }

    /// Who the anchorage is.
    ///
    /// @param expected who it was when it was reached first; empty before that
    record Identify(Optional<AnchorIdentity> expected) implements Want<AnchorIdentity> {
        @Override
        public AnchorIdentity in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().identity(expected);
        }
    }

    /// How it began.
    record Begun(AnchorIdentity identity) implements Want<Beginning> {
        @Override
        public Beginning in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().beginning(identity);
        }
    }

    /// That the anchorage knows of a block that it had before this process began.
    record Remind(Place place) implements Want<Boolean> {
        @Override
        public Boolean in(Surroundings surroundings) throws AnchorageSetback {
            surroundings.anchorage().had(place);
            return true;
        }
    }

    /// That it is durable what is said against the log; empty: nothing any more. The answer is why it cannot be
    /// written down: a full disk keeps nobody from asking who confirms it, for the journal has room for that.
    record Doubted(Optional<Doubt> doubt) implements Want<Optional<String>> {
        @Override
        public Optional<String> in(Surroundings surroundings) throws IOException {
            try {
                surroundings.doubt(doubt);
                return Optional.empty();
            } catch (IOException e) {
                if (doubt.isEmpty()) throw e;
                return Optional.of(e.toString());
            }
        }
    }

    /// What it holds.
    record Find(OriginId origin, long size, Hash root) implements Want<Finding> {
        @Override
        public Finding in(Surroundings surroundings) throws AnchorageSetback {
            return sensible(surroundings.anchorage().find(origin, size, root), size);
        }
    }

    /// Whoever contradicts himself is asked again: what came of such an answer would change nothing, each time.
    private static Finding sensible(Finding finding, long size) throws AnchorageSetback {
        if (!(finding instanceof Finding.Absent(var newest, var _)) || newest < size) return finding;
        throw new AnchorageSetback(
                "it says that its newest head has " + newest + " entries, and that it has none of " + size,
                "none needed while it passes; look at whoever answers for it");
    }

    /// What it holds of a head that is larger than any that was final, as it said a moment ago that it has that one:
    /// who answers now may have come less far.
    ///
    /// @param had the size of the one that it has
    record FindLarger(OriginId origin, long size, Hash root, long had) implements Want<Finding> {
        @Override
        public Finding in(Surroundings surroundings) throws AnchorageSetback {
            var finding = new Find(origin, size, root).in(surroundings);
            if (!(finding instanceof Finding.Absent(var newest, var _)) || newest >= had) return finding;
            throw new AnchorageSetback(
                    "it says that its newest head has " + newest + " entries, and said a moment ago that it has one of "
                            + had,
                    "none needed while it passes; look whether all that answer for it have come as far");
        }
    }

    /// What it holds of a head that was final, and where.
    record FindFinal(OriginId origin, FinalHead head) implements Want<Finding> {
        @Override
        public Finding in(Surroundings surroundings) throws AnchorageSetback {
            return sensible(surroundings.anchorage().findFinal(origin, head), head.size());
        }
    }

    /// The largest head of the origin that it holds.
    record Largest(OriginId origin) implements Want<Finding.Absent> {
        @Override
        public Finding.Absent in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().largest(origin);
        }
    }

    /// Who told that, and how far what is final has come.
    record Standing() implements Want<Optional<AnchorageStanding>> {
        @Override
        public Optional<AnchorageStanding> in(Surroundings surroundings) {
            return surroundings.anchorage().standing();
        }
    }

    /// What became of a request.
    record Status(SignedRequest request) implements Want<RequestState> {
        @Override
        public RequestState in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().status(request);
        }
    }

    /// A signed request; nothing is sent.
    record Prepare(LodgeableHead head, long base, List<Hash> proof) implements Want<Preparation> {
        @Override
        public Preparation in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().prepare(head, base, proof);
        }
    }

    /// The same request once more, dearer; nothing is sent.
    record Replace(SignedRequest stuck) implements Want<Preparation> {
        @Override
        public Preparation in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().replace(stuck);
        }
    }

    /// That the dearer request is durable; the answer is the entry.
    record WriteReplaced(OriginId origin, ReplacedEntry.Replaced entry) implements Want<ReplacedEntry.Replaced> {
        @Override
        public ReplacedEntry.Replaced in(Surroundings surroundings) throws IOException {
            surroundings.write(origin, entry);
            return entry;
        }
    }

    /// That exactly these bytes are sent.
    record Submit(SignedRequest request) implements Want<SubmitOutcome> {
        @Override
        public SubmitOutcome in(Surroundings surroundings) {
            return surroundings.anchorage().submit(request);
        }
    }

    /// The newest final head below this size whose proof is not kept.
    record Owed(long below) implements Want<Optional<FinalHead>> {
        @Override
        public Optional<FinalHead> in(Surroundings surroundings) throws IOException {
            return surroundings.owed(below);
        }
    }

    /// What proves to others that a final head is there.
    record Prove(OriginId origin, FinalHead head) implements Want<Optional<AnchorProof>> {
        @Override
        public Optional<AnchorProof> in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.anchorage().proof(origin, head.size(), head.root(), head.place());
        }
    }

    /// That the proof is durable; the answer is where it stands.
    ///
    /// @param block of the place that it is a proof of; empty where the proof is itself the anchor
    record Keep(OriginId origin, long size, Hash root, Optional<Hash> block, AnchorProof proof) implements Want<Place> {
        @Override
        public Place in(Surroundings surroundings) throws IOException, AnchorageSetback {
            return surroundings.keep(this);
        }
    }
}
