package org.sealpost.anchor;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;

/// Lodges the head of a file, whoever's log it is of. All that can be known before is looked at before anything
/// is signed, so what a ledger would refuse costs nothing.
///
/// It keeps no journal. Whoever is left without an answer does it again: the anchorage is asked first, and
/// takes one head once, whatever was signed for it.
public final class Courier {
    private final Anchorage anchorage;
    private final Optional<AnchorIdentity> known;
    private final Patience patience;

    /// Between two looks at what became of a request.
    @FunctionalInterface
    public interface Patience {
        /// Waits a while.
        ///
        /// @return false once there is no time for another look
        boolean hasMore() throws InterruptedException;
    }

    /// What came of it.
    public sealed interface Outcome {
        /// It is there, and was brought by this courier.
        record Lodged(Place place, boolean isFinal) implements Outcome {}

        /// It was there before.
        record WasThere(Place place, boolean isFinal) implements Outcome {}

        /// A larger head of this log is there, so that this one is not needed.
        record Covered(long bySize) implements Outcome {}

        /// It is not lodged, and nothing of it can land any more.
        record Refused(String cause, String remedy) implements Outcome {}

        /// It may have landed, or may still.
        record Unknown(String cause) implements Outcome {}
    }

    /// @param known who the anchorage was when this box reached it first; another one gets nothing
    public Courier(Anchorage anchorage, Optional<AnchorIdentity> known, Patience patience) {
        this.anchorage = anchorage;
        this.known = known;
        this.patience = patience;
    }

    public Outcome lodge(HeadFile file) throws InterruptedException {
        try {
            var head = file.checked();
            var identity = anchorage.identity(known);
            if (known.isPresent() && !known.get().equals(identity)) {
                return new Outcome.Refused(
                        "it is another one than this box reached first: "
                                + IdentityDifference.words(identity, known.get()),
                        "check its address; nothing was sent");
            }
            if (anchorage.capabilities().answersOnce()) {
                return new Outcome.Refused(
                        "what it answers is all that there is of an anchor, and must be kept by the log's own box",
                        "have that box ask it");
            }
            // A box's own ledger follows its owner; a contract has none, and whoever holds a CA would own every log.
            if (file.isBroken() && !(identity instanceof AnchorIdentity.Local)) {
                return new Outcome.Refused(
                        "the log's sealing key was lost once, and this ledger follows hand-overs only",
                        "its heads before that stay lodged; sealpost origin succeed --reason key-lost begins an origin"
                                + " that it takes");
            }
            return switch (find(head)) {
                case Finding.Present(var place, var isFinal) -> new Outcome.WasThere(place, isFinal);
                case Finding.Covered(var size, var _) -> new Outcome.Covered(size);
                case Finding.Conflict(var other) -> conflict(head, other);
                case Finding.Absent(var size, var root) -> admitted(identity, () -> bring(file, head, size, root));
            };
        } catch (HeadRefused e) {
            return new Outcome.Refused(String.valueOf(e.getMessage()), e.remedy());
        } catch (AnchorageSetback e) {
            return new Outcome.Refused(String.valueOf(e.getMessage()), e.remedy() + "; nothing was sent");
        }
    }

    private interface Bringing {
        Outcome bring() throws AnchorageSetback, InterruptedException;
    }

    private Outcome admitted(AnchorIdentity identity, Bringing then) throws AnchorageSetback, InterruptedException {
        return switch (anchorage.beginning(identity)) {
            case Beginning.Unknown(var cause, var remedy) -> new Outcome.Refused(cause, remedy + "; nothing was sent");
            case Beginning.Known() -> then.bring();
        };
    }

    private Outcome bring(HeadFile file, LodgeableHead head, long base, @Nullable Hash baseRoot)
            throws AnchorageSetback, InterruptedException {
        List<Hash> proof = List.of();
        if (baseRoot != null) {
            var found = file.from(base);
            if (found.isEmpty()) {
                return new Outcome.Refused(
                        "the ledger holds the head of " + base + " entries of this log, and the file has no proof from"
                                + " there",
                        "export it again with --from " + base);
            }
            proof = found.get();
            if (!Consistency.verify(base, baseRoot, head.size(), head.root(), proof)) {
                return new Outcome.Refused(
                        "the file does not prove that its log continues the ledger's head of " + base + " entries",
                        "export it again; if that is refused, too, there are two histories of this log: keep the file,"
                                + " and ask its owner");
            }
        }
        return switch (anchorage.prepare(head, base, proof)) {
            case Preparation.Refused(var reason) -> new Outcome.Refused(reason, "nothing was sent");
            case Preparation.TooManyHandOvers many ->
                new Outcome.Refused(
                        many.sentence(),
                        "nothing was sent; have the log's own box lodge it, which goes by the heads between, or export"
                                + " the head again after each " + many.most() + " hand-overs and bring each file");
            case Preparation.Ready(var request) -> send(head, request);
        };
    }

    /// From here on bytes may be anywhere, so no setback is an end.
    private Outcome send(LodgeableHead head, SignedRequest request) throws InterruptedException {
        String doubt = "";
        boolean offer = true;
        do {
            if (offer) {
                switch (anchorage.submit(request)) {
                    case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ -> doubt = "";
                    case SubmitOutcome.Answered _ -> throw new IllegalStateException("it does not answer once");
                    case SubmitOutcome.RefusedForGood(var reason) -> {
                        return new Outcome.Refused(reason, "look at the ledger's message");
                    }
                    case SubmitOutcome.Unknown(var cause) -> doubt = cause;
                }
            }
            try {
                var found = found(head);
                if (found.isPresent()) return found.get();
                switch (anchorage.status(request)) {
                    case RequestState.CannotLand(var reason) -> {
                        return settled(head, reason);
                    }
                    case RequestState.Reverted(var _, var isFinal)
                    when isFinal -> {
                        return settled(head, "it was included without effect");
                    }
                    case RequestState.Final _ -> {
                        return settled(head, "it was included, and the head is not there");
                    }
                    case RequestState.Unknown() -> offer = true;
                    case RequestState.Pooled _, RequestState.Included _, RequestState.Reverted _ -> offer = false;
                }
            } catch (AnchorageSetback e) {
                doubt = String.valueOf(e.getMessage());
                offer = false;
            }
        } while (patience.hasMore());
        return new Outcome.Unknown(doubt.isEmpty() ? "it waits to be included" : doubt);
    }

    /// What lodging comes to by what the ledger holds; empty as long as the head is not there.
    private Optional<Outcome> found(LodgeableHead head) throws AnchorageSetback {
        return switch (find(head)) {
            case Finding.Present(var place, var isFinal) -> Optional.of(new Outcome.Lodged(place, isFinal));
            case Finding.Covered(var size, var _) -> Optional.of(new Outcome.Covered(size));
            case Finding.Conflict(var other) -> Optional.of(conflict(head, other));
            case Finding.Absent _ -> Optional.empty();
        };
    }

    /// The request's time is over. Its block may have come after the ledger was asked for the head, so that is
    /// asked once more.
    private Outcome settled(LodgeableHead head, String reason) throws AnchorageSetback {
        return found(head).orElseGet(() -> lost(reason));
    }

    private Finding find(LodgeableHead head) throws AnchorageSetback {
        return anchorage.find(head.originId(), head.size(), head.root());
    }

    private static Outcome conflict(LodgeableHead head, Hash other) {
        return new Outcome.Refused(
                "the ledger holds another root for " + head.size() + " entries of this log: " + other + " and not "
                        + head.root(),
                "there are two histories of it: keep the file, and ask its owner which box made the other one");
    }

    private static Outcome lost(String reason) {
        return new Outcome.Refused("the request had no effect: " + reason, "run it again: another one is signed then");
    }
}
