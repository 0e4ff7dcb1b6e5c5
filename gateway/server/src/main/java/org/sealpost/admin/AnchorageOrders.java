package org.sealpost.admin;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.JournalFull;

/// Takes what the owner orders about anchorages, by whichever page it comes. Waits for the disk: for worker
/// threads only.
public final class AnchorageOrders {
    private static final Outcome FULL =
            new Outcome.Refused(507, "The data partition is full, so nothing has changed; make room first.");

    private final Set<String> names;
    private final ControlLog control;
    private final Supplier<Optional<String>> trial;
    private final Open publications;

    /// What came of an order.
    sealed interface Outcome {
        /// @param isNew false if it was so already
        record InForce(boolean isNew) implements Outcome {}

        /// Nothing has changed.
        ///
        /// @param why one sentence or two, with the remedy
        record Refused(int status, String why) implements Outcome {}
    }

    /// Whether there is a publication of this number that is not final. Answers at once.
    @FunctionalInterface
    public interface Open {
        boolean is(String anchorage, long number);
    }

    /// @param names of the anchorages that are configured
    /// @param trial why no order is taken as long as the release that runs may be taken back by itself
    public AnchorageOrders(Set<String> names, ControlLog control, Supplier<Optional<String>> trial, Open publications) {
        this.names = Set.copyOf(names);
        this.control = control;
        this.trial = trial;
        this.publications = publications;
    }

    /// About a publication, which is under way, waits or was set aside: one that comes later takes no harm.
    Outcome give(String name, Act.Order order, long number, String by) throws IOException {
        var refused = refused(name);
        if (refused.isPresent()) return refused.get();
        if (!publications.is(name, number)) {
            return new Outcome.Refused(
                    404,
                    "No publication of this number is under way or set aside there; the page Ledgers shows those.");
        }
        var last = Optional.ofNullable(control.state().of(name).publications().get(number));
        boolean isGivenUp = order == Act.Order.GIVE_UP
                && last.filter(had -> had.order() == order).isPresent();
        try {
            if (!isGivenUp) control.publicationOrdered(name, order, number, by);
        } catch (JournalFull e) {
            return FULL;
        }
        return new Outcome.InForce(!isGivenUp);
    }

    Outcome give(String name, Act.Order order, String by) throws IOException {
        var refused = refused(name);
        if (refused.isPresent()) return refused.get();
        boolean parked = parked(name).isPresent();
        if (order == Act.Order.RESUBMIT && parked) {
            return new Outcome.Refused(409, "Nothing is sent where lodging is parked; unpark it, and it is sent.");
        }
        // What is so already needs no act.
        boolean isNew = order == Act.Order.RESUBMIT || parked != (order == Act.Order.PARK);
        try {
            if (isNew) control.anchorageOrdered(name, order, by);
        } catch (JournalFull e) {
            return FULL;
        }
        return new Outcome.InForce(isNew);
    }

    private Optional<Outcome> refused(String name) {
        if (!names.contains(name)) {
            return Optional.of(
                    new Outcome.Refused(404, "No anchorage of this name is configured; the page Ledgers shows them."));
        }
        return trial.get().map(why -> new Outcome.Refused(409, why));
    }

    /// By whose order nothing more is sent there. Any thread, without waiting.
    Optional<Act.Stamp> parked(String name) {
        return control.state().of(name).parked();
    }
}
