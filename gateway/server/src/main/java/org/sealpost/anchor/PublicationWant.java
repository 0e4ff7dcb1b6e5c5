package org.sealpost.anchor;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sealpost.anchor.PublicationLedger.Lane;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;

/// What a relay of publications wants done or asked next; `A` is what it hears of it.
///
/// As with [Want], one may be left without an answer at any time.
sealed interface PublicationWant<A> {
    /// Has it done. May block for as long as the network does.
    A in(Surroundings surroundings) throws IOException, AnchorageSetback;

    /// What the core does not have itself.
    interface Surroundings {
        /// Adds an entry to the journal, durable after the next [#makeDurable].
        ///
        /// @return where it stands in the journal
        /// @throws EntryRefused if no start could read it behind those before; then nothing is written
        long write(PublicationEntry entry) throws IOException;

        /// Makes durable what was kept and written, in this order, and then deletes what nothing asks for any more.
        void makeDurable() throws IOException;

        /// Whether a run of records should be made now. Asks no network.
        boolean runIsDue() throws IOException;

        /// The next run; what of its content cannot be made again is durable no later than its entry.
        ///
        /// @param unasked numbers of runs that are owed again, and that may be there
        /// @return empty if there is none any more, its records being erased meanwhile, or the next is unasked
        Optional<PublicationEntry.Made> make(long number, Set<Long> unasked) throws IOException, AnchorageSetback;

        /// The publication as it is to be sent next, signed.
        Load load(PublicationProgress.Item item) throws IOException, AnchorageSetback;

        /// Has the bytes of a request lie on the disk, durable after the next [#makeDurable].
        void keep(long number, SignedRequest request) throws IOException;

        /// The request that was kept for a number; empty if it is gone or another one.
        Optional<SignedRequest> kept(long number, PublicationEntry.Request request) throws IOException;

        PublicationLedger ledger();

        /// Asks for each of several numbers, where the ledger takes them in any order; may do so at the same time.
        ///
        /// @return the answers by their numbers; none of one for which the question failed
        <A> Map<Long, A> each(Set<Long> numbers, OfEach<A> question) throws AnchorageSetback;
    }

    /// What is asked for a number.
    @FunctionalInterface
    interface OfEach<A> {
        A ask(long number) throws AnchorageSetback;
    }

    /// What is to be sent under a number.
    sealed interface Load {
        record Ready(SignedPublication publication) implements Load {}

        /// Its content is not there any more, and cannot be made again.
        record Gone(String cause) implements Load {}

        /// It cannot be read now.
        record Unreadable() implements Load {}
    }

    /// What came of trying to prepare a request.
    sealed interface Tried {
        record Came(Preparation preparation) implements Tried {}

        /// It cannot be now; of another one it may.
        record SetBack(AnchorageSetback why) implements Tried {}

        private static Tried of(Trying trying) {
            try {
                return new Came(trying.prepare());
            } catch (AnchorageSetback e) {
                return new SetBack(e);
            }
        }
    }

    /// Whether the ledger holds, under a number of this box, what nobody here made.
    sealed interface Held {
        /// As surely as it can be told.
        record ForGood() implements Held {}

        /// It was taken back meanwhile.
        record NotNow() implements Held {}

        /// Somebody says so, and that is all.
        record Doubted(AnchorageSetback why) implements Held {}
    }

    @FunctionalInterface
    interface Trying {
        Preparation prepare() throws AnchorageSetback;
    }

    /// That the entry is written; the answer is where it stands.
    record Write(PublicationEntry entry) implements PublicationWant<Long> {
        @Override
        public Long in(Surroundings surroundings) throws IOException {
            return surroundings.write(entry);
        }
    }

    /// That all that was written is durable.
    record Durable() implements PublicationWant<Boolean> {
        @Override
        public Boolean in(Surroundings surroundings) throws IOException {
            surroundings.makeDurable();
            return true;
        }
    }

    record RunIsDue() implements PublicationWant<Boolean> {
        @Override
        public Boolean in(Surroundings surroundings) throws IOException {
            return surroundings.runIsDue();
        }
    }

    record Make(long number, Set<Long> unasked) implements PublicationWant<Optional<PublicationEntry.Made>> {
        @Override
        public Optional<PublicationEntry.Made> in(Surroundings surroundings) throws IOException, AnchorageSetback {
            return surroundings.make(number, unasked);
        }
    }

    record Loaded(PublicationProgress.Item item) implements PublicationWant<Load> {
        @Override
        public Load in(Surroundings surroundings) throws IOException, AnchorageSetback {
            return surroundings.load(item);
        }
    }

    /// That the bytes of a request are kept.
    record Keep(long number, SignedRequest request) implements PublicationWant<Boolean> {
        @Override
        public Boolean in(Surroundings surroundings) throws IOException {
            surroundings.keep(number, request);
            return true;
        }
    }

    record Kept(long number, PublicationEntry.Request request) implements PublicationWant<Optional<SignedRequest>> {
        @Override
        public Optional<SignedRequest> in(Surroundings surroundings) throws IOException {
            return surroundings.kept(number, request);
        }
    }

    /// Who the ledger is.
    ///
    /// @param expected who it was when it was reached first
    record Identify(Optional<AnchorIdentity> expected) implements PublicationWant<AnchorIdentity> {
        @Override
        public AnchorIdentity in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.ledger().identity(expected);
        }
    }

    /// The highest number that is used there.
    record Last(OriginId origin) implements PublicationWant<Long> {
        @Override
        public Long in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.ledger().last(origin);
        }
    }

    /// What it holds under a number.
    record Find(OriginId origin, long number, Hash digest) implements PublicationWant<PublicationFinding> {
        @Override
        public PublicationFinding in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.ledger().find(origin, number, digest);
        }
    }

    /// Whether what it says to hold under a number stops all publications.
    record HeldForGood(OriginId origin, long number, Hash digest) implements PublicationWant<Held> {
        @Override
        public Held in(Surroundings surroundings) {
            try {
                boolean isHeld = surroundings.ledger().isHeldForGood(origin, number, digest);
                return isHeld ? new Held.ForGood() : new Held.NotNow();
            } catch (AnchorageSetback e) {
                return new Held.Doubted(e);
            }
        }
    }

    /// What it holds under several numbers. Of one that nobody can tell of there may be no answer.
    ///
    /// @param digests by their numbers
    record FindAll(OriginId origin, Map<Long, Hash> digests) implements PublicationWant<PublicationLedger.Findings> {
        @Override
        public PublicationLedger.Findings in(Surroundings surroundings) throws AnchorageSetback {
            var ledger = surroundings.ledger();
            if (!ledger.capabilities().inAnyOrder()) return ledger.findAll(origin, digests);
            var found = surroundings.each(digests.keySet(), number -> ledger.find(origin, number, digests.get(number)));
            return new PublicationLedger.Findings(digests, found, 0);
        }
    }

    /// Who is asked, and how far what is final has come, by the last answer; asks no network.
    record Standing() implements PublicationWant<Optional<AnchorageStanding>> {
        @Override
        public Optional<AnchorageStanding> in(Surroundings surroundings) {
            return surroundings.ledger().standing();
        }
    }

    /// Which of several numbers that were final are unused.
    record Unused(OriginId origin, Set<Long> numbers) implements PublicationWant<PublicationLedger.Unused> {
        @Override
        public PublicationLedger.Unused in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.ledger().unused(origin, numbers);
        }
    }

    /// What became of a request.
    record Status(long number, PublicationEntry.Request request, Lane lane) implements PublicationWant<RequestState> {
        @Override
        public RequestState in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.ledger().status(asked(surroundings), lane);
        }

        /// The bytes of one that was given up are deleted; whoever cannot read them now asks without them, too.
        private SignedRequest asked(Surroundings surroundings) {
            Optional<SignedRequest> kept;
            try {
                kept = surroundings.kept(number, request);
            } catch (IOException _) {
                kept = Optional.empty();
            }
            return kept.orElseGet(() -> SignedRequest.forgotten(request.id(), request.nonce()));
        }
    }

    /// The same of several, where the ledger takes them in any order. Of one that nobody can tell of there is no
    /// answer.
    ///
    /// @param requests by their numbers
    record StatusAll(Map<Long, PublicationEntry.Request> requests) implements PublicationWant<Map<Long, RequestState>> {
        @Override
        public Map<Long, RequestState> in(Surroundings surroundings) throws AnchorageSetback {
            return surroundings.each(
                    requests.keySet(), number -> new Status(number, requests.get(number), Lane.EMPTY).in(surroundings));
        }
    }

    /// A signed request; nothing is sent.
    record Prepare(SignedPublication publication, Lane lane) implements PublicationWant<Tried> {
        @Override
        public Tried in(Surroundings surroundings) {
            return Tried.of(() -> surroundings.ledger().prepare(publication, lane));
        }
    }

    /// Signed requests for several, where the ledger takes them in any order; nothing is sent. What
    /// cannot be loaded has an empty answer.
    record PrepareAll(List<PublicationProgress.Item> items) implements PublicationWant<Map<Long, Optional<Tried>>> {
        @Override
        public Map<Long, Optional<Tried>> in(Surroundings surroundings) throws IOException, AnchorageSetback {
            var ready = new TreeMap<Long, SignedPublication>();
            for (var item : items) {
                if (surroundings.load(item) instanceof Load.Ready(var publication)) {
                    ready.put(item.number(), publication);
                }
            }
            var came = surroundings.each(
                    ready.keySet(), number -> new Prepare(ready.get(number), Lane.EMPTY).in(surroundings));
            return items.stream()
                    .map(PublicationProgress.Item::number)
                    .collect(Collectors.toMap(number -> number, number -> Optional.ofNullable(came.get(number))));
        }
    }

    /// What became of a row of requests, where the ledger takes them in any order; meanwhile those that come next are
    /// looked for, and prepared where nothing is there. Nothing is sent.
    ///
    /// @param tried which of those are prepared, and only looked for
    record Row(StatusAll underWay, OriginId origin, List<PublicationProgress.Item> next, Set<Long> tried)
            implements PublicationWant<Row.Came> {
        /// @param findings of those that come next
        /// @param tried    what came of preparing them
        record Came(
                Map<Long, RequestState> states,
                PublicationLedger.Findings findings,
                Map<Long, Optional<Tried>> tried) {}

        @Override
        public Came in(Surroundings surroundings) throws IOException, AnchorageSetback {
            if (next.isEmpty()) return new Came(underWay.in(surroundings), PublicationLedger.Findings.NONE, Map.of());
            // Whatever becomes of the others, nothing goes on before both have ended.
            try (var beside = AtOnce.begin(() -> underWay.in(surroundings))) {
                var findings = new FindAll(origin, digests()).in(surroundings);
                var absent = next.stream()
                        .filter(item -> !tried.contains(item.number()))
                        .filter(item -> findings.of(item.number(), item.wanted())
                                .filter(PublicationFinding.Absent.class::isInstance)
                                .isPresent())
                        .toList();
                var came = new PrepareAll(absent).in(surroundings);
                return new Came(beside.answer(), findings, came);
            }
        }

        private Map<Long, Hash> digests() {
            return next.stream()
                    .collect(Collectors.toMap(PublicationProgress.Item::number, PublicationProgress.Item::wanted));
        }
    }

    /// A dearer request in the place of one that hangs; nothing is sent.
    record Replace(SignedRequest stuck) implements PublicationWant<Tried> {
        @Override
        public Tried in(Surroundings surroundings) {
            return Tried.of(() -> surroundings.ledger().replace(stuck));
        }
    }

    /// A dearer request for something else in the place of one that hangs, whose bytes are gone; nothing is sent.
    record TakePlace(PublicationEntry.Request stuck, SignedPublication other) implements PublicationWant<Tried> {
        @Override
        public Tried in(Surroundings surroundings) {
            var forgotten = SignedRequest.forgotten(stuck.id(), stuck.nonce());
            return Tried.of(() -> surroundings.ledger().replace(forgotten, other));
        }
    }

    /// That exactly these bytes are sent.
    record Submit(SignedRequest request) implements PublicationWant<SubmitOutcome> {
        @Override
        public SubmitOutcome in(Surroundings surroundings) {
            return surroundings.ledger().submit(request);
        }
    }

    /// That exactly the bytes of several are sent, where the ledger takes them in any order. Of
    /// what is not kept there is no answer.
    ///
    /// @param requests by their numbers
    record SubmitAll(Map<Long, PublicationEntry.Request> requests)
            implements PublicationWant<Map<Long, SubmitOutcome>> {
        @Override
        public Map<Long, SubmitOutcome> in(Surroundings surroundings) throws IOException, AnchorageSetback {
            var kept = new TreeMap<Long, SignedRequest>();
            for (var each : requests.entrySet()) {
                surroundings.kept(each.getKey(), each.getValue()).ifPresent(found -> kept.put(each.getKey(), found));
            }
            return surroundings.each(kept.keySet(), number -> new Submit(kept.get(number)).in(surroundings));
        }
    }
}
