package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.ask;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;

/// What the ledger said in this move, when it was asked for several at once.
final class PublicationAnswers {
    private final PublicationTurn turn;

    // Of numbers that were not looked at yet.
    private PublicationLedger.Findings findings = PublicationLedger.Findings.NONE;

    // Of requests, by their ids. Only where it takes them in any order.
    private final Map<Hash, RequestState> states = new HashMap<>();

    PublicationAnswers(PublicationTurn turn) {
        this.turn = turn;
    }

    void begin() {
        states.clear();
        findings = PublicationLedger.Findings.NONE;
    }

    /// @param asked    requests by their numbers
    /// @param told     of these
    /// @param findings in the place of those before
    void tell(
            Map<Long, PublicationEntry.Request> asked,
            Map<Long, RequestState> told,
            PublicationLedger.Findings findings) {
        told.forEach((number, state) -> states.put(asked.get(number).id(), state));
        this.findings = findings;
    }

    void tell(PublicationLedger.Findings more) {
        findings = findings.and(more);
    }

    /// What is there; empty if it was not asked for, or nobody could tell.
    Optional<PublicationFinding> of(Item item) {
        return findings.of(item.number(), item.wanted());
    }

    boolean isAbsent(Item item) {
        return of(item).filter(PublicationFinding.Absent.class::isInstance).isPresent();
    }

    /// Below which nonce all are spent; 0 if it did not say so.
    long spentBelow() {
        return findings.spentBelow();
    }

    /// Whether its nonce was used beyond being taken back, whoever used it.
    boolean isSpent(PublicationEntry.Request request) {
        return request.nonce().isPresent() && request.nonce().getAsLong() < findings.spentBelow();
    }

    /// Goes on with what became of a request.
    PublicationMove status(
            long number, PublicationEntry.Request request, Function<RequestState, PublicationMove> then) {
        var told = states.get(request.id());
        return told == null
                ? ask(
                        new PublicationWant.Status(
                                number, request, turn.progress().lane()),
                        then)
                : then.apply(told);
    }
}
