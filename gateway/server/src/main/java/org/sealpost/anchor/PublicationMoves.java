package org.sealpost.anchor;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.anchor.PublicationMove.Ask;
import org.sealpost.anchor.PublicationMove.Rest;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.JournalFull;

/// Makes the moves of a relay of publications: what the core wants is done outside, one after the other, and
/// how each move ended is noted. Owned by the stepping thread.
final class PublicationMoves {
    private final PublicationConfig config;
    private final PublicationProgress progress;
    private final PublicationSigner signer;
    private final PublicationCore core;
    private final PublicationOutside outside;
    private final PublicationFaults faults;
    private final PublicationTroubles troubles;

    // The last order to send again that the stepping thread has heard of; empty before its first step.
    private OptionalLong ordered = OptionalLong.empty();

    PublicationMoves(
            PublicationConfig config,
            PublicationProgress progress,
            PublicationSigner signer,
            PublicationCore core,
            PublicationOutside outside,
            PublicationFaults faults,
            PublicationTroubles troubles) {
        this.config = config;
        this.progress = progress;
        this.signer = signer;
        this.core = core;
        this.outside = outside;
        this.faults = faults;
        this.troubles = troubles;
    }

    /// Before anything new is captured. Where there is no room for it, the first step tries it again.
    void begin() throws IOException {
        try {
            for (var entry = core.opening(moment()); entry.isPresent(); entry = core.opening(moment())) {
                progress.apply(entry.get(), outside.write(entry.get()));
            }
            outside.makeDurable();
        } catch (JournalFull full) {
            faults.note("there is no room to begin: " + full.getMessage(), "make room", true);
        } catch (EntryRefused refused) {
            faults.note(refused);
        }
    }

    /// Makes the next one.
    ///
    /// @return how much was done; 0 when there was nothing to do
    /// @throws AnchorageSetback while the ledger, or the token that signs for it, cannot do what is needed
    int next() throws IOException, AnchorageSetback {
        var withheld = signer.withheld().map(why -> new Stuck(why.cause(), why.remedy(), why.urgent()));
        PublicationMove move;
        try {
            outside.begin();
            move = move(withheld.isPresent());
        } catch (BrokenPromise e) {
            throw e; // ends the process, and is told there
        } catch (AnchorageSetback e) {
            // Who is away has taken nothing back.
            troubles.note(
                    withheld,
                    core.stop().orElseGet(() -> new Stuck(String.valueOf(e.getMessage()), e.remedy(), false)));
            throw e;
        } catch (EntryRefused e) {
            faults.note(e);
            throw e;
        } catch (IOException | RuntimeException e) {
            faults.noteFailure(e);
            throw e;
        } finally {
            troubles.noteWhetherDelayed();
        }
        if (move instanceof Stuck stuck) {
            troubles.note(withheld, stuck);
            throw new AnchorageSetback(stuck.cause(), stuck.remedy());
        }
        noteEnd(withheld);
        return move instanceof Rest rest ? rest.done() : 0;
    }

    private void noteEnd(Optional<Stuck> withheld) throws AnchorageSetback {
        var heldBack = core.setback();
        if (withheld.isPresent()) {
            faults.note(withheld.get());
        } else if (heldBack.isPresent()) {
            var why = heldBack.get();
            faults.note(String.valueOf(why.getMessage()), why.remedy(), false);
            if (core.isSetBack()) throw why;
        } else {
            faults.noteWell();
        }
    }

    /// A log that cannot be looked at is told once all else is done: what is to be erased is given up, and what
    /// landed is recorded.
    private PublicationMove move(boolean isWithheld) throws IOException, AnchorageSetback {
        var runs = outside.runs();
        // The log is looked at all the same: retention waits for how far.
        if (isWithheld) runs.isDue();
        PublicationMove move;
        try {
            move = core.begin(moment(), orders(isWithheld));
            while (move instanceof Ask<?> question) move = answered(question);
        } catch (AnchorageSetback e) {
            runs.requireLooked();
            throw e;
        }
        runs.requireLooked();
        return move;
    }

    /// @param isWithheld whether nothing may be signed: nothing is made or sent either, as while lodging is
    ///     parked
    private PublicationOrders orders(boolean isWithheld) {
        var orders = config.orders().get();
        long resubmitted = orders.anchorage().resubmitted();
        if (ordered.isPresent() && resubmitted > ordered.getAsLong())
            outside.ledger().mayBeSetBack();
        ordered = OptionalLong.of(resubmitted);
        return orders.withheld(isWithheld);
    }

    private <A> PublicationMove answered(Ask<A> question) throws IOException, AnchorageSetback {
        A answer;
        try {
            answer = question.want().in(outside);
        } catch (AnchorageSetback e) {
            return core.setBack(question, e, moment()).orElseThrow(() -> e);
        }
        return core.hear(question, answer, moment());
    }

    private Moment moment() {
        return new Moment(config.clock().instant(), config.nanoTime().getAsLong());
    }
}
