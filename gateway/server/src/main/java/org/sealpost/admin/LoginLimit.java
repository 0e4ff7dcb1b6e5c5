package org.sealpost.admin;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How often an address may be wrong: a few times at once, then once in a while. Tokens cannot be guessed anyway; this
/// keeps those who try from keeping the box busy. Any thread; holds its lock for a look into a map.
///
/// As the generic cell rate algorithm has it: one number for each address, the time up to which it has used its share.
/// Addresses are forgotten when they have all of it again, and beyond the bound the one that was wrong longest ago.
final class LoginLimit {
    private static final int AT_ONCE = 5;
    private static final Duration EACH = Duration.ofSeconds(20);
    private static final int IPV6_NETWORK_BYTES = 8;

    private final LongSupplier nanoTime;
    private final int maxAddresses;
    private final Map<String, Long> usedUpTo = new LinkedHashMap<>();

    LoginLimit(LongSupplier nanoTime, int maxAddresses) {
        this.nanoTime = nanoTime;
        this.maxAddresses = maxAddresses;
    }

    /// How long this address has to wait before it may try again; zero if it may now.
    Duration wait(InetAddress address) {
        synchronized (usedUpTo) {
            var used = usedUpTo.get(key(address));
            if (used == null) return Duration.ZERO;
            long tooEarly = used - nanoTime.getAsLong() - EACH.toNanos() * (AT_ONCE - 1);
            return Duration.ofNanos(Math.max(0, tooEarly));
        }
    }

    void failed(InetAddress address) {
        synchronized (usedUpTo) {
            long now = nanoTime.getAsLong();
            usedUpTo.values().removeIf(used -> used - now <= 0);
            var key = key(address);
            var used = usedUpTo.remove(key);
            long from = used == null || used - now < 0 ? now : used;
            while (usedUpTo.size() >= maxAddresses)
                usedUpTo.remove(usedUpTo.keySet().iterator().next());
            usedUpTo.put(key, from + EACH.toNanos());
        }
    }

    int addresses() {
        synchronized (usedUpTo) {
            return usedUpTo.size();
        }
    }

    /// Whoever has one IPv6 address has its whole /64.
    private static String key(InetAddress address) {
        var bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
