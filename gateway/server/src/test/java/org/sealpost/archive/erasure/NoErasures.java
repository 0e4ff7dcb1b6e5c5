package org.sealpost.archive.erasure;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// A log of which nobody had anything erased, and nobody can.
public final class NoErasures {
    private NoErasures() {}

    public static Erasures over(Journal entries) throws IOException {
        return Erasures.open(
                new ErasureStore() {
                    @Override
                    public Optional<Journal> existing() {
                        return Optional.empty();
                    }

                    @Override
                    public Journal begin() throws IOException {
                        throw new IOException("nothing is erased here");
                    }
                },
                entries,
                () -> new ClockReading(
                        0,
                        ClockReading.State.UNTRUSTED,
                        ClockReading.Source.NONE,
                        OptionalLong.empty(),
                        new byte[16],
                        0),
                new BrokenPromises() {
                    @Override
                    public boolean include(Throwable thrown) {
                        return false;
                    }

                    @Override
                    public void end(String stage, Throwable thrown) {
                        throw new AssertionError(thrown);
                    }
                },
                1 << 20);
    }
}
