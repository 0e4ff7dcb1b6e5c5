package org.sealpost.admin;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// How often an address may be wrong: a few times at once, then once in a while. Tokens cannot be guessed anyway; this
/// keeps those who try from keeping the box busy. Any thread, no lock held.
///
/// As the generic cell rate algorithm has it: one number for each address, the time up to which it has used its share.
/// Beyond the bound on addresses, the one is forgotten that has used least.
final class LoginLimit {
    private static final int AT_ONCE = 5;
    private static final Duration EACH = Duration.ofSeconds(20);
    private static final int IPV6_NETWORK_BYTES = 8;

    private final LongSupplier nanoTime;
    private final int maxAddresses;
    private final Map<String, Long> usedUpTo = new ConcurrentHashMap<>();

    LoginLimit(LongSupplier nanoTime, int maxAddresses) {
        this.nanoTime = nanoTime;
        this.maxAddresses = maxAddresses;
    }

    /// How long this address has to wait before it may try again; zero if it may now.
    Duration wait(InetAddress address) {
        var used = usedUpTo.get(key(address));
        if (used == null) return Duration.ZERO;
        long tooEarly = used - nanoTime.getAsLong() - EACH.toNanos() * (AT_ONCE - 1);
        return Duration.ofNanos(Math.max(0, tooEarly));
    }

    void failed(InetAddress address) {
        long now = nanoTime.getAsLong();
        usedUpTo.merge(key(address), now + EACH.toNanos(), (used, _) -> Math.max(0, used - now) + now + EACH.toNanos());
        if (usedUpTo.size() > maxAddresses) usedUpTo.values().removeIf(used -> used - now <= 0);
        while (usedUpTo.size() > maxAddresses) forgetOne(now);
    }

    private void forgetOne(long now) {
        usedUpTo.entrySet().stream()
                .min(Comparator.comparingLong(entry -> entry.getValue() - now))
                .ifPresent(entry -> usedUpTo.remove(entry.getKey(), entry.getValue()));
    }

    int addresses() {
        return usedUpTo.size();
    }

    /// Whoever has one IPv6 address has its whole /64.
    private static String key(InetAddress address) {
        var bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
