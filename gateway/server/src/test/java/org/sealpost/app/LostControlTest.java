package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;

class LostControlTest {
    private static final ClockReading NOW = new ClockReading(
            1_764_000_000_000L,
            ClockReading.State.SYNCED,
            ClockReading.Source.NTP,
            OptionalLong.empty(),
            new byte[16],
            0);

    @TempDir
    private Path data;

    /// Whoever stands at the box may park an anchorage before anybody claims it, and the log gets a copy of that.
    @Test
    void anActBeforeTheClaimIsNoSignOfAJournalThatWasLost() throws Exception {
        try (var entries = LogParts.small(data, "entries", 1024);
                var control = control()) {
            LostControl.refuse(control, Leaves.of(entries));
            control.anchorageOrdered("evm", Act.Order.PARK, "somebody");
            addCopy(entries);

            LostControl.refuse(control, Leaves.of(entries));
        }
    }

    @Test
    void anActInTheLogAloneIsOne() throws Exception {
        try (var entries = LogParts.small(data, "entries", 1024);
                var control = control()) {
            addCopy(entries);
            var leaves = Leaves.of(entries);

            var refused = assertThrows(StartRefused.class, () -> LostControl.refuse(control, leaves));

            assertTrue(refused.getMessage().contains("the control journal holds none"), refused::getMessage);
        }
    }

    private ControlLog control() throws IOException {
        return ControlLog.open(LogParts.small(data, ControlLog.KIND, Act.MAX_SIZE_BYTES), () -> NOW, new FatalEnd());
    }

    private static void addCopy(Journal entries) throws IOException {
        var entry = new EntryEncoder()
                .encode(
                        new EntryEncoder.Profiled(IntakeTrail.PROFILE, 1),
                        SourceKind.BOX,
                        new Source(Act.BOX, Optional.of("act-0"), "control"),
                        NOW,
                        new Content("application/json", "{}".getBytes(StandardCharsets.UTF_8)),
                        new byte[EntryEncoder.SALTS_SIZE]);
        entries.append(entry.leaf(), entry.body());
        entries.force();
    }
}
