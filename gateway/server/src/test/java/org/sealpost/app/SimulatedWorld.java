package org.sealpost.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.evidence.P256Key;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SoftwareKey;

/// What outlives a box's crash: its disks, its token, the chain, and time.
final class SimulatedWorld {
    final FaultyDisk entries = new FaultyDisk();
    final FaultyDisk seals = new FaultyDisk();
    final FaultyDisk sealsKept = new FaultyDisk();
    final FaultyDisk anchorsLocal = new FaultyDisk();
    final FaultyDisk anchorsChain = new FaultyDisk();
    final FaultyDisk localLedger = new FaultyDisk();
    final FaultyDisk handOvers = new FaultyDisk();
    final FaultyDisk window = new FaultyDisk();
    final FaultyDisk erasures = new FaultyDisk();
    final List<FaultyDisk> disks =
            List.of(entries, seals, sealsKept, anchorsLocal, anchorsChain, localLedger, handOvers, window, erasures);

    /// What its token holds, the first sealing key first.
    final List<SoftwareKey> keys = new ArrayList<>(List.of(SoftwareKey.p256()));

    final FaultyLedger ledger;

    /// Where leaves are kept; what lies there is real, and stays.
    final Path leaves;

    private final Random random;
    private long micros = 1_000_000;

    SimulatedWorld(long seed, Path leaves) {
        this.leaves = leaves;
        random = new Random(seed);
        ledger = new FaultyLedger(seed, 3).unkind(true);
    }

    ClockReading clock() {
        return new ClockReading(
                1_790_000_000_000L + micros / 1000,
                ClockReading.State.UNTRUSTED,
                ClockReading.Source.NONE,
                OptionalLong.empty(),
                new byte[16],
                micros);
    }

    long nanos() {
        return micros * 1000;
    }

    void salt(byte[] target) {
        random.nextBytes(target);
    }

    /// The key that a log names.
    SoftwareKey key(P256Key wanted) {
        return keys.stream()
                .filter(key -> Arrays.equals(key.spki(), wanted.spki()))
                .findFirst()
                .orElseThrow();
    }

    /// Every key answers with this from now on, or signs again.
    void tokenAnswers(@Nullable RuntimeException failure) {
        keys.forEach(key -> key.failure = failure);
    }

    void passTime(int millis) {
        micros += millis * 1000L;
    }

    /// The machine loses its power: of what was not forced, any part may be there afterwards.
    void powerCut(long seed) {
        for (int i = 0; i < disks.size(); i++) disks.get(i).powerCut(seed * 31 + i);
    }

    /// The process ends; what it wrote stays in the page cache.
    void kill() {
        disks.forEach(FaultyDisk::kill);
    }
}
