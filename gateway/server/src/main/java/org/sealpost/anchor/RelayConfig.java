package org.sealpost.anchor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// How a relay behaves.
///
/// @param name of the anchorage as the operator calls it, 1 to 20 characters a-z, 0-9, `-`: kinds of journals are made
///     of it, which have 31 at most
/// @param policy when a head is due; those that come meanwhile coalesce
/// @param poll how often the anchorage is asked while something is under way there
/// @param recheck how often the newest final head is looked at while nothing is under way
/// @param attempts how many requests in a row may be without effect before the head is parked; each after the first is
///     signed only once the one before provably cannot take effect
/// @param named whether the owner rests on this anchorage by its name, whatever it proves by itself
/// @param clock for the times in the journal; nothing is decided by it
/// @param nanoTime a clock that only runs forward, in nanoseconds
/// @param newestEntries how many entries of its journal stay when old ones are given up; [#ALL]: none ever is
/// @param orders what people have ordered of the anchorage; asked before each move, and answers at once
public record RelayConfig(
        String name,
        HeadPolicy policy,
        Duration poll,
        Duration recheck,
        int attempts,
        boolean named,
        InstantSource clock,
        LongSupplier nanoTime,
        Supplier<RelayOrders> orders,
        int newestEntries) {

    public static final int ALL = Integer.MAX_VALUE;

    /// 1,024 heads that took their way without faults.
    public static final int NEWEST = 4096;

    public RelayConfig {
        if (!isName(name)) {
            throw new IllegalArgumentException("an anchorage's name has 1 to 20 characters a-z, 0-9, '-': " + name);
        }
        if (!poll.isPositive() || !recheck.isPositive()) {
            throw new IllegalArgumentException("a relay's times are positive");
        }
        if (attempts < 1) throw new IllegalArgumentException("attempts are at least 1, not " + attempts);
    }

    /// Whether an anchorage may have this name.
    public static boolean isName(String name) {
        return name.matches("[a-z0-9-]{1,20}");
    }

    /// For most chains: no pause, asked each second, looked after each minute.
    public static RelayConfig of(String name) {
        return new RelayConfig(
                name,
                HeadPolicy.AT_ONCE,
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                5,
                false,
                InstantSource.system(),
                System::nanoTime,
                () -> RelayOrders.NONE,
                ALL);
    }

    /// How long a trouble may last that passes by itself before somebody should look: nobody is called for what the
    /// next head or two make good.
    Duration patience() {
        return policy.maxAge().multipliedBy(3);
    }

    public RelayConfig withPolicy(HeadPolicy due) {
        return new RelayConfig(name, due, poll, recheck, attempts, named, clock, nanoTime, orders, newestEntries);
    }

    public RelayConfig withPoll(Duration interval) {
        return new RelayConfig(
                name, policy, interval, recheck, attempts, named, clock, nanoTime, orders, newestEntries);
    }

    public RelayConfig withRecheck(Duration interval) {
        return new RelayConfig(name, policy, poll, interval, attempts, named, clock, nanoTime, orders, newestEntries);
    }

    public RelayConfig withNamed(boolean byTheOwner) {
        return new RelayConfig(
                name, policy, poll, recheck, attempts, byTheOwner, clock, nanoTime, orders, newestEntries);
    }

    public RelayConfig withClocks(InstantSource wall, LongSupplier running) {
        return new RelayConfig(name, policy, poll, recheck, attempts, named, wall, running, orders, newestEntries);
    }

    public RelayConfig withOrders(Supplier<RelayOrders> said) {
        return new RelayConfig(name, policy, poll, recheck, attempts, named, clock, nanoTime, said, newestEntries);
    }

    /// Old entries are given up from now on, an hour after the start at the earliest.
    public RelayConfig withThinning(int newest) {
        return new RelayConfig(name, policy, poll, recheck, attempts, named, clock, nanoTime, orders, newest);
    }
}
