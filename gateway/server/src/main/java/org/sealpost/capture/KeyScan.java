package org.sealpost.capture;

import java.io.IOException;
import java.util.Arrays;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;

/// Reads keys from the entries themselves, and how much time passed over them.
final class KeyScan implements Journal.Visitor {
    private final Fingerprint fingerprint;
    private final RunningTime time;
    private final Sink sink;
    private byte[] bootId = {};

    /// Takes the keys in the order of their entries.
    @FunctionalInterface
    interface Sink {
        void take(long fingerprint, long index);
    }

    private KeyScan(Fingerprint fingerprint, RunningTime time, Sink sink) {
        this.fingerprint = fingerprint;
        this.time = time;
        this.sink = sink;
    }

    static void run(Journal journal, long first, long next, Fingerprint fingerprint, RunningTime time, Sink sink)
            throws IOException {
        journal.scan(first, Math.toIntExact(next - first), new KeyScan(fingerprint, time, sink));
    }

    @Override
    public void visit(JournalEntry entry) {
        EntryKey.of(entry).ifPresent(found -> take(found, entry.index()));
    }

    private void take(EntryKey found, long index) {
        byte[] boot = found.clock().bootId();
        if (found.isStart() || !Arrays.equals(boot, bootId)) time.newRun();
        bootId = boot;
        time.tick(found.clock().sinceBootMicros());
        var source = found.source();
        source.idempotencyKey().ifPresent(key -> sink.take(fingerprint.of(source.client(), key), index));
    }
}
