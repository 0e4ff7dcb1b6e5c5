package org.sealpost.control;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// A control journal on a disk that forgets, a clock that tests set, and a log that keeps copies by their keys,
/// as the intake does.
final class ControlRig {
    static final String SOMEBODY = Act.Stamp.somebodyAt("192.0.2.7");

    final FaultyDisk disk = new FaultyDisk();
    final Map<String, String> copies = new LinkedHashMap<>();
    final List<Throwable> ended = new ArrayList<>();
    long nanos = 1_000_000_000L;

    private final BrokenPromises ending = new BrokenPromises() {
        @Override
        public boolean include(Throwable thrown) {
            return thrown instanceof BrokenPromise;
        }

        @Override
        public void end(String stage, Throwable thrown) {
            ended.add(thrown);
        }
    };

    ControlLog open() throws IOException {
        return ControlLog.open(journal(disk), () -> clock(7), ending);
    }

    static Journal journal(FaultyDisk disk) throws IOException {
        int group = 2 * Act.MAX_SIZE_BYTES;
        return Journal.open(disk, new JournalConfig(ControlLog.KIND, 4 * group, Act.MAX_SIZE_BYTES, group), 0);
    }

    Claim claim(ControlLog control) {
        return new Claim(control, () -> nanos, new SecureRandom());
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    /// Answers the index of the copy, which for a key that came before is that of the first one.
    long copy(String key, byte[] content) {
        var text = new String(content, java.nio.charset.StandardCharsets.UTF_8);
        var before = copies.putIfAbsent(key, text);
        if (before != null && !before.equals(text)) throw new AssertionError(key + " came with other content: " + text);
        return 100 + List.copyOf(copies.keySet()).indexOf(key);
    }

    static ClockReading clock(long seconds) {
        return new ClockReading(
                seconds * 1000,
                ClockReading.State.UNTRUSTED,
                ClockReading.Source.NONE,
                OptionalLong.empty(),
                new byte[16],
                5);
    }
}
