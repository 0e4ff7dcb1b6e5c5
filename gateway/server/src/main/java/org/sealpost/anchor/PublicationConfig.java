package org.sealpost.anchor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealpost.lodging.Publication;

/// How a relay of publications behaves.
///
/// @param name      of the anchorage, as [RelayConfig#name]
/// @param profiles  what is published there
/// @param perMinute how many requests are signed in a minute
/// @param inFlight  how many publications may be under way, 1 to 64
/// @param poll      how often the ledger is asked about each
/// @param attempts  how many requests of a publication may be executed without effect before it is set aside
/// @param clock     for the times in the journal; nothing is decided by it
/// @param nanoTime  a clock that only runs forward, in nanoseconds
/// @param orders    what people have ordered; asked before each move, and answers at once
/// @param newestEntries how many entries of its journal stay when old ones are given up; [RelayConfig#ALL]: none is
/// @param begin     which entry is the first that may be published where nothing was set to be published
///     before, if the log has it; [#BEHIND_THE_LOG]: none that it has
public record PublicationConfig(
        String name,
        List<Published> profiles,
        int perMinute,
        int inFlight,
        Duration poll,
        int attempts,
        InstantSource clock,
        LongSupplier nanoTime,
        Supplier<PublicationOrders> orders,
        int newestEntries,
        long begin) {
    public static final int MOST_IN_FLIGHT = 64;

    /// What was captured before anything was set to be published is not.
    public static final long BEHIND_THE_LOG = Long.MAX_VALUE;

    /// One whose journal keeps all of its entries.
    public PublicationConfig(
            String name,
            List<Published> profiles,
            int perMinute,
            int inFlight,
            Duration poll,
            int attempts,
            InstantSource clock,
            LongSupplier nanoTime,
            Supplier<PublicationOrders> orders) {
        this(
                name,
                profiles,
                perMinute,
                inFlight,
                poll,
                attempts,
                clock,
                nanoTime,
                orders,
                RelayConfig.ALL,
                BEHIND_THE_LOG);
    }

    /// The same whose journal gives up what is older than its newest entries.
    ///
    /// @param entries how many stay, 1 at least
    public PublicationConfig withThinning(int entries) {
        return new PublicationConfig(
                name, profiles, perMinute, inFlight, poll, attempts, clock, nanoTime, orders, entries, begin);
    }

    /// The same that begins with what the log has already, where nothing was set to be published before.
    ///
    /// @param entry as [#begin]
    public PublicationConfig beginningWith(long entry) {
        return new PublicationConfig(
                name, profiles, perMinute, inFlight, poll, attempts, clock, nanoTime, orders, newestEntries, entry);
    }

    /// A profile whose records are published.
    ///
    /// @param kind   what of them; not [Publication.Kind#GIVEN_UP]
    /// @param within how long a run that could grow waits for more
    public record Published(String profile, Publication.Kind kind, Duration within) {
        public Published {
            if (within.isNegative()) throw new IllegalArgumentException("a run waits for a time that is not negative");
        }
    }

    public PublicationConfig {
        if (!RelayConfig.isName(name)) throw new IllegalArgumentException("not the name of an anchorage: " + name);
        profiles = List.copyOf(profiles);
        if (!poll.isPositive()) throw new IllegalArgumentException("the ledger is asked in intervals above 0");
        if (perMinute < 1) throw new IllegalArgumentException("at least one request a minute, not " + perMinute);
        if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
            throw new IllegalArgumentException("1 to " + MOST_IN_FLIGHT + " under way, not " + inFlight);
        }
        if (attempts < 1) throw new IllegalArgumentException("attempts are at least 1, not " + attempts);
        if (newestEntries < 1) throw new IllegalArgumentException("one entry stays at least, not " + newestEntries);
        if (begin < 0) throw new IllegalArgumentException("there is no entry " + begin);
    }
}
