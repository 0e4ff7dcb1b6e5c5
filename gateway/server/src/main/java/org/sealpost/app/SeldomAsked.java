package org.sealpost.app;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.sealpost.evidence.AnchorIdentity;

/// What journals are read for, which may be gigabytes: a yes holds, a no for a while. Any thread.
final class SeldomAsked implements Predicate<AnchorIdentity> {
    static final Duration NO_HOLDS = Duration.ofMinutes(10);

    private final Predicate<AnchorIdentity> journals;
    private final LongSupplier nanoTime;
    private final Set<AnchorIdentity> yes = new HashSet<>();
    private final Map<AnchorIdentity, Long> no = new HashMap<>();

    /// @param nanoTime of a clock that only runs forward
    SeldomAsked(Predicate<AnchorIdentity> journals, LongSupplier nanoTime) {
        this.journals = journals;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized boolean test(AnchorIdentity identity) {
        if (yes.contains(identity)) return true;
        long now = nanoTime.getAsLong();
        no.values().removeIf(since -> now - since >= NO_HOLDS.toNanos());
        if (no.containsKey(identity)) return false;
        boolean isSo = journals.test(identity);
        if (isSo) yes.add(identity);
        else no.put(identity, now);
        return isSo;
    }
}
