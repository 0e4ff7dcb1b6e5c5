package org.sealpost.archive.erasure;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// Orders over a log, in a journal on a disk that the test has in its hands.
public final class ErasuresOnDisk {
    private ErasuresOnDisk() {}

    public static Erasures open(FaultyDisk disk, Journal entries, Supplier<ClockReading> clock) throws IOException {
        return Erasures.open(
                new ErasureStore() {
                    @Override
                    public Optional<Journal> existing() throws IOException {
                        return disk.list().isEmpty() ? Optional.empty() : Optional.of(begin());
                    }

                    @Override
                    public Journal begin() throws IOException {
                        var config = new JournalConfig(Erasures.KIND, 4 << 20, MAX_ENTRY_SIZE_BYTES, 9 << 18);
                        return Journal.open(disk, config, 0);
                    }
                },
                entries,
                clock,
                new BrokenPromises() {
                    @Override
                    public boolean include(Throwable thrown) {
                        return false;
                    }

                    @Override
                    public void end(String stage, Throwable thrown) {
                        throw new AssertionError(stage, thrown);
                    }
                },
                1 << 20);
    }
}
