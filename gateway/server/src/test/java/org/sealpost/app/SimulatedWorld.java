package org.sealpost.app;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.evidence.P256Key;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SoftwareKey;

/// What outlives a box's crash: its disks, its token, the chain, and time. All that is random in it comes from the
/// seed, down to nonces, salts, keys and signatures.
final class SimulatedWorld {
    /// What every salt begins with, so that it is found wherever it lies.
    static final byte[] SALT = "~salt~".getBytes(StandardCharsets.US_ASCII);

    private static final long ROOMY = 1L << 30;
    private static final long SYNCED_FROM_MICROS = 4_000_000;

    final FaultyDisk entries = new FaultyDisk();
    final FaultyDisk seals = new FaultyDisk();
    final FaultyDisk sealsKept = new FaultyDisk();
    final FaultyDisk control = new FaultyDisk();
    final FaultyDisk anchorsLocal = new FaultyDisk();
    final FaultyDisk anchorsChain = new FaultyDisk();
    final FaultyDisk localLedger = new FaultyDisk();
    final FaultyDisk handOvers = new FaultyDisk();
    final FaultyDisk leaves = new FaultyDisk();
    final FaultyDisk window = new FaultyDisk();
    final FaultyDisk index = new FaultyDisk();
    final FaultyDisk erasures = new FaultyDisk();
    final List<FaultyDisk> disks = List.of(
            entries,
            seals,
            sealsKept,
            control,
            anchorsLocal,
            anchorsChain,
            localLedger,
            handOvers,
            leaves,
            window,
            index,
            erasures);

    /// What its token holds, the first sealing key first.
    final List<SoftwareKey> keys = new ArrayList<>();

    final FaultyLedger ledger;

    /// Nonces, ids and salts.
    final Random random;

    private long micros = 1_000_000;
    private boolean full;
    private boolean wasFull;
    private ErasureForm policyForm = ErasureForm.BODY;
    private boolean readFailed;

    SimulatedWorld(long seed) {
        random = new Random(seed);
        ledger = new FaultyLedger(seed, 3).unkind(true);
        newKey();
    }

    /// A time server is heard of once in a while; between two lives nobody knows what the time is.
    ClockReading clock() {
        boolean synced = isSynced();
        return new ClockReading(
                1_790_000_000_000L + micros / 1000,
                synced ? ClockReading.State.SYNCED : ClockReading.State.UNTRUSTED,
                synced ? ClockReading.Source.NTP : ClockReading.Source.NONE,
                synced ? OptionalLong.of(1000) : OptionalLong.empty(),
                new byte[16],
                micros);
    }

    boolean isSynced() {
        return micros / SYNCED_FROM_MICROS % 3 == 1;
    }

    long nanos() {
        return micros * 1000;
    }

    void salt(byte[] target) {
        random.nextBytes(target);
        ByteBuffer.wrap(target).put(SALT);
    }

    SoftwareKey newKey() {
        var key = SoftwareKey.p256(random.nextLong());
        keys.add(key);
        return key;
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

    /// Whether there is no room for another file, on any of the disks.
    boolean isFull() {
        return full;
    }

    void full(boolean from) {
        full = from;
        wasFull |= from;
        disks.forEach(disk -> disk.capacity(from ? 0 : ROOMY));
    }

    /// Whether there was no room at some moment of this life, so that records may still be refused for it.
    boolean wasFull() {
        return wasFull;
    }

    /// One call of one disk will fail.
    void fail(FaultyDisk disk, FaultyDisk.Call call, int after) {
        readFailed |= call == FaultyDisk.Call.READ || call == FaultyDisk.Call.OPEN;
        disk.failAfter(call, after);
    }

    /// Whether a read fails in this life.
    boolean readFailed() {
        return readFailed;
    }

    /// What the owner's policy leaves of an erased record; another life may have another one.
    ErasureForm policyForm() {
        return policyForm;
    }

    private void begin() {
        policyForm = ErasureForm.values()[random.nextInt(2)];
        full(false);
        wasFull = false;
        readFailed = false;
        tokenAnswers(null);
    }

    /// The machine loses its power: of what was not forced, any part may be there afterwards.
    void powerCut(long seed) {
        for (int i = 0; i < disks.size(); i++) disks.get(i).powerCut(seed * 31 + i);
        begin();
    }

    /// The process ends; what it wrote stays in the page cache.
    void kill() {
        disks.forEach(FaultyDisk::kill);
        begin();
    }
}
