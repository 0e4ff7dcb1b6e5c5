package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalFailed;
import org.sealpost.ota.UpdateActs;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// Copies of the update agent's acts, on a disk that forgets and beside a file that somebody spoils.
class UpdateScribeTest {
    @TempDir
    private Path folder;

    private FaultyDisk disk = new FaultyDisk();
    private final Map<String, String> copies = new LinkedHashMap<>();
    private final List<String> written = new ArrayList<>();
    private ActsFile acts;

    @BeforeEach
    void begin() {
        acts = new ActsFile(folder.resolve("acts"));
    }

    private ControlLog open() throws IOException {
        int group = 2 * Act.MAX_SIZE_BYTES;
        var journal = Journal.open(disk, new JournalConfig(ControlLog.KIND, 4 * group, Act.MAX_SIZE_BYTES, group), 0);
        var clock = new ClockReading(
                7000, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), new byte[16], 5);
        return ControlLog.open(journal, () -> clock, new BrokenPromises() {
            @Override
            public boolean include(Throwable thrown) {
                return thrown instanceof BrokenPromise;
            }

            @Override
            public void end(String stage, Throwable thrown) {}
        });
    }

    private UpdateScribe scribe(ControlLog control) {
        return new UpdateScribe(new UpdateActs(acts.path()), control, this::copy, this::found);
    }

    /// As the intake: a key that came before names the first entry, and must not come with other content.
    private long copy(String key, byte[] content) {
        var text = new String(content, StandardCharsets.UTF_8);
        var before = copies.putIfAbsent(key, text);
        if (before != null) assertEquals(before, text, key);
        return 100 + List.copyOf(copies.keySet()).indexOf(key);
    }

    private Optional<byte[]> found(long index) {
        return Optional.of(List.copyOf(copies.values()).get((int) index - 100).getBytes(StandardCharsets.UTF_8));
    }

    private void write(String act) throws IOException {
        written.add(acts.add(act));
    }

    private static void crank(UpdateScribe scribe) throws IOException {
        while (scribe.step() > 0) {}
    }

    @Test
    void everyActIsCopiedOnceInItsOrderAsItStands() throws Exception {
        try (var control = open()) {
            var scribe = scribe(control);
            assertEquals(0, scribe.step(), "there is no file yet");
            write("offered");
            crank(scribe);
            write("ordered");
            write("verified");
            crank(scribe);
            assertEquals(written, List.copyOf(copies.values()));
            assertEquals(List.of("update-0", "update-1", "update-2"), List.copyOf(copies.keySet()));
            assertEquals(102, control.state().updates().orElseThrow().index());
        }
        try (var control = open()) {
            var scribe = scribe(control);
            write("installing");
            crank(scribe);
            assertEquals(written, List.copyOf(copies.values()), "only what is new is copied after a restart");
        }
    }

    @Test
    void aLineThatTheAgentIsWritingIsWaitedFor() throws Exception {
        try (var control = open()) {
            var scribe = scribe(control);
            write("offered");
            var rest = ActsFile.line("{\"n\":1}");
            acts.append(rest.substring(0, 11));
            crank(scribe);
            assertEquals(1, copies.size());
            acts.append(rest.substring(11));
            crank(scribe);
            assertEquals("{\"n\":1}", copies.get("update-1"));
        }
    }

    /// Cuts the power at every operation of the disk in turn: between copy and what says that it was made, and
    /// within it (I7). [#copy] fails if a repeat had other content.
    @Test
    void aPowerCutBetweenAnyTwoStepsLeadsToOneCopyOfEachAct() throws Exception {
        for (var act : List.of("offered", "ordered", "verified")) write(act);
        for (int count = 1; ; count++) {
            disk = new FaultyDisk();
            copies.clear();
            boolean finished = false;
            try (var control = open()) {
                disk.cutPowerAfter(count, count);
                crank(scribe(control));
                finished = true;
            } catch (IOException | JournalFailed gone) {
                // The rest is for the next life.
            }
            disk.powerCut(count);
            try (var control = open()) {
                crank(scribe(control));
                assertEquals(written, List.copyOf(copies.values()), "cut after " + count + " operations");
            }
            if (finished) return;
        }
    }

    @Test
    void aFileThatIsShorterThanWhatWasCopiedIsSaidToBe() throws Exception {
        for (var act : List.of("offered", "ordered", "verified")) write(act);
        try (var control = open()) {
            var scribe = scribe(control);
            crank(scribe);
            acts.cutTo(2);
            assertThrows(IOException.class, scribe::step, "while it runs");
        }
        try (var control = open()) {
            var scribe = scribe(control);
            for (int i = 0; i < 2; i++) assertRefused(scribe, "holds 2 acts, and the log has 3");
            Files.delete(acts.path());
            assertRefused(scribe(control), "holds 0 acts, and the log has 3");
        }
    }

    /// It grew beyond what was copied, so only the content tells.
    @Test
    void anotherFileIsSaidToBeOneAndNothingOfItIsCopied() throws Exception {
        for (var act : List.of("offered", "ordered")) write(act);
        try (var control = open()) {
            crank(scribe(control));
        }
        acts.cutTo(0);
        for (var act : List.of("source", "refused", "offered")) acts.add(act);
        try (var control = open()) {
            assertRefused(scribe(control), "act 1 of the update agent's file is not the one that entry 101");
            assertEquals(2, copies.size());
        }
    }

    @Test
    void aDamagedLineStopsTheCopyAndSaysWhere() throws Exception {
        write("offered");
        try (var control = open()) {
            var scribe = scribe(control);
            crank(scribe);
            acts.append(ActsFile.line("{\"n\":1}").replaceFirst("^.", "x"));
            for (int i = 0; i < 2; i++) assertRefused(scribe, "act 1 at byte");
            assertEquals(1, copies.size());
        }
    }

    @Test
    void actsBeforeADamagedLineAreCopied() throws Exception {
        for (var act : List.of("offered", "ordered")) write(act);
        acts.append(ActsFile.line("{\"n\":2}").replaceFirst("^.", "x"));
        try (var control = open()) {
            var scribe = scribe(control);
            for (int i = 0; i < 2; i++) assertRefused(scribe, "act 2 at byte");
            assertEquals(written, List.copyOf(copies.values()));
        }
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws Exception {
        // Also root, who may read every file, cannot read a folder as one.
        Files.createDirectory(acts.path());
        try (var control = open()) {
            assertRefused(scribe(control), acts.path() + " cannot be read: IOException: ");
        }
    }

    private static void assertRefused(UpdateScribe scribe, String sentence) {
        var said = String.valueOf(
                assertThrows(IOException.class, () -> crank(scribe)).getMessage());
        assertTrue(said.contains(sentence), said);
    }
}
