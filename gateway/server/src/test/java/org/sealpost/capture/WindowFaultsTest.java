package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.record.Body;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;

/// Whatever is broken in the window's folder, a repeat gets the first answer.
class WindowFaultsTest {
    private static final int KEYS = 300;
    private static final String FIRST_SEGMENT = "0000000000000000.segment";

    // Parts of 20 keys, generations of 80; a group of the journal takes a block, a segment 256 of them.
    private static final IntakeConfig CONFIG = new IntakeConfig(4096, 1000, 1 << 20, 640, 0, 95, Duration.ofSeconds(1));

    private IntakeRig rig;
    private int rotten;

    WindowFaultsTest() throws IOException {
        rig = new IntakeRig(CONFIG);
    }

    private void fill() {
        for (int i = 0; i < KEYS; i++) {
            rig.offer("anna", "k" + i, "hello " + i);
            rig.offer("bert", null, "x".repeat(3000));
            rig.step();
        }
        assertTrue(files(KeyFileHeader.SUFFIX).size() > 10, "files: " + rig.windowDisk.list());
        assertTrue(files(KeyFilter.SUFFIX).size() >= 2, "filters: " + rig.windowDisk.list());
        assertTrue(rig.journal.closedSegments().size() >= 1);
    }

    private List<String> files(String suffix) {
        return rig.windowDisk.list().stream()
                .filter(name -> name.endsWith(suffix))
                .sorted()
                .toList();
    }

    private void allAreRepeats(String what) {
        long size = rig.journal.size();
        for (int i = 0; i < KEYS; i++) {
            var answer = rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
            var repeated = assertInstanceOf(IntakeOutcome.Repeated.class, answer.outcome(), what + ", key " + i);
            assertEquals(2 * i, repeated.first().index(), what);
        }
        assertEquals(size, rig.journal.size());
        assertEquals(java.util.Optional.empty(), rig.fileTrouble, what);
    }

    @Test
    void everyFileInTurnIsMissing() throws Exception {
        fill();
        for (String name : rig.windowDisk.list()) {
            rig.windowDisk.delete(name);
            rig.reopen(CONFIG);
            allAreRepeats(name + " deleted");
        }
    }

    @Test
    void everyFileInTurnHasAFlippedBitInEachBlock() throws Exception {
        fill();
        for (String name : rig.windowDisk.list()) {
            for (int at = 100; at < rig.windowDisk.contents(name).length; at += 2048) {
                rig.windowDisk.flipBit(name, at, 3);
                rig.reopen(CONFIG);
                allAreRepeats(name + " flipped at " + at);
            }
        }
        assertTrue(files(WindowFile.BAD).size() <= 16, "what is set aside has a bound");
        assertTrue(files(WindowFile.BAD).size() > 1);
    }

    /// The medium rots under a gateway that runs: the writer asks the journal until the file is there again.
    @Test
    void filesGoBadWhileTheyAreInUse() throws Exception {
        fill();
        for (String name : files(KeyFileHeader.SUFFIX)) rig.windowDisk.flipBit(name, 4096 + 8, 1);
        rig.files = false;
        allAreRepeats("bad, not made again yet");
        rig.files = true;
        allAreRepeats("while they are made again");
        assertTrue(files(WindowFile.BAD).size() > 1);
        rig.reopen(CONFIG);
        allAreRepeats("after a restart");
    }

    /// Flips a bit of the body of `hello 7`, in the first segment, which nobody reads wholly any more.
    private void rot() throws IOException {
        var bytes = new String(rig.disk.contents(FIRST_SEGMENT), StandardCharsets.ISO_8859_1);
        rotten = bytes.indexOf("hello 7");
        heal();
    }

    /// What cannot be read is not tried at each step.
    private void fileWithPatience() {
        for (int i = 0; i < KEYS; i++) rig.file();
    }

    private void heal() throws IOException {
        rig.disk.flipBit(FIRST_SEGMENT, rotten, 1);
    }

    /// Its checksums hold, and its content is nothing that a box writes.
    @Test
    void anEntryThatNobodyUnderstandsHoldsUpItsOwnRepeatsAlone() throws Exception {
        var first = rig.offer("anna", "k", "hello");
        rig.step();
        var entry = rig.journal.read(first.index());
        var slots = new ArrayList<>(Body.parse(entry.body()).slots());
        var source = new Source("anna", Optional.of("odd"), "/v1/records");
        slots.set(Slot.SOURCE, new Slot.Shown(new byte[32], source.encode()));
        slots.set(Slot.CONTENT, new Slot.Shown(new byte[32], new byte[] {(byte) 0xff}));
        rig.journal.append(entry.leaf(), new Body(slots).encode());
        rig.journal.force();
        rig.reopen(CONFIG);
        for (int round = 0; round < 2; round++) {
            var repeat = rig.offer("anna", "odd", "hello");
            var other = rig.offer("anna", "k", "hello");
            var fresh = rig.offer("anna", "fresh " + round, "hello");
            rig.step();
            var refused = assertInstanceOf(IntakeOutcome.Refused.class, repeat.outcome());
            assertEquals("repeat-unknown", refused.problem().type());
            assertInstanceOf(IntakeOutcome.Repeated.class, other.outcome());
            assertInstanceOf(IntakeOutcome.Accepted.class, fresh.outcome());
        }
        assertEquals(1, rig.intake.unreadEntries().orElseThrow().first());
        assertEquals(List.of(), rig.fatal);
    }

    /// Not even whose it is.
    @Test
    void anEntryWhoseSourceNobodyUnderstandsKeepsNoBoxFromStarting() throws Exception {
        var first = rig.offer("anna", "k", "hello");
        rig.step();
        var entry = rig.journal.read(first.index());
        var slots = new ArrayList<>(Body.parse(entry.body()).slots());
        slots.set(Slot.SOURCE, new Slot.Shown(new byte[32], new byte[] {(byte) 0xff}));
        rig.journal.append(entry.leaf(), new Body(slots).encode());
        rig.journal.force();
        rig.reopen(CONFIG);
        var repeat = rig.offer("anna", "k", "hello");
        rig.step();
        assertInstanceOf(IntakeOutcome.Repeated.class, repeat.outcome());
        assertEquals(List.of(), rig.fatal);
    }

    /// Nobody can tell whether it is the same record. All others go on, and so does the process.
    @Test
    void anEntryThatRottedHoldsUpItsOwnRepeatsAlone() throws Exception {
        fill();
        rot();
        for (int round = 0; round < 2; round++) {
            var repeat = rig.offer("anna", "k7", "hello 7");
            var other = rig.offer("anna", "k8", "hello 8");
            var fresh = rig.offer("anna", "fresh " + round, "hello");
            rig.step();
            var refused = assertInstanceOf(IntakeOutcome.Refused.class, repeat.outcome());
            assertEquals("repeat-unknown", refused.problem().type());
            assertTrue(refused.problem().retryAfter().isPresent());
            assertInstanceOf(IntakeOutcome.Repeated.class, other.outcome());
            assertInstanceOf(IntakeOutcome.Accepted.class, fresh.outcome());
        }
        var unread = rig.intake.unreadEntries().orElseThrow();
        assertEquals(14, unread.first());
        assertTrue(unread.cause().contains("body of entry 14"), unread.cause());

        rig.unreadable.add(FIRST_SEGMENT);
        var failing = rig.offer("anna", "k9", "hello 9");
        rig.step();
        assertInstanceOf(IntakeOutcome.Refused.class, failing.outcome());
        rig.unreadable.clear();
        var again = rig.offer("anna", "k9", "hello 9");
        rig.step();
        assertInstanceOf(IntakeOutcome.Repeated.class, again.outcome());
        assertEquals(Optional.empty(), rig.intake.unreadEntries());
        assertEquals(List.of(), rig.fatal);
    }

    /// The files are bad, too, and one cannot be made again: the others are, and the bad one is not put away.
    @Test
    void aFileWhoseEntriesCannotBeReadStaysAsItIs() throws Exception {
        fill();
        var names = files(KeyFileHeader.SUFFIX);
        for (String name : names) rig.windowDisk.flipBit(name, 4096 + 8, 1);
        rot();
        int refused = 0;
        for (int i = 0; i < KEYS; i++) {
            var answer = rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
            if (answer.outcome() instanceof IntakeOutcome.Refused) refused++;
            else assertInstanceOf(IntakeOutcome.Repeated.class, answer.outcome(), "key " + i);
        }
        assertTrue(refused > 0 && refused <= 20, refused + " keys of one file");
        fileWithPatience();
        assertTrue(rig.fileTrouble.orElseThrow().getMessage().contains("body of entry 14"));
        assertEquals(Math.min(16, names.size() - 1), files(WindowFile.BAD).size());
        rig.reopen(CONFIG);
        assertTrue(rig.intake.remembersKeys(), "a start makes do with what is left of it");
        heal();
        rig.file();
        allAreRepeats("made again");
    }

    /// Which key it has nobody knows, so records with keys have to wait; the start is not refused.
    @Test
    void aMissingFolderAndAnEntryThatRottedMakeRecordsWithKeysWait() throws Exception {
        fill();
        rot();
        rig.windowDisk = new FaultyDisk();
        rig.reopen(CONFIG);
        assertInstanceOf(
                IntakeOutcome.Busy.class, rig.offer("anna", "k1", "hello 1").outcome());
        var unkeyed = rig.offer("bert", null, "hello");
        rig.step();
        assertInstanceOf(IntakeOutcome.Accepted.class, unkeyed.outcome());
        assertTrue(rig.fileTrouble.orElseThrow().getMessage().contains("body of entry 14"));
        heal();
        fileWithPatience();
        allAreRepeats("the medium gave it again");
    }

    @Test
    void filesThatCannotBeReadAreSetAside() throws Exception {
        fill();
        for (String name : rig.windowDisk.list()) {
            rig.unreadable.add(name);
            rig.reopen(CONFIG);
            allAreRepeats(name + " unreadable");
        }
        assertTrue(files(WindowFile.BAD).size() > 1);
        for (String name : rig.windowDisk.list()) {
            if (!name.endsWith(WindowFile.BAD)) rig.unreadable.add(name);
        }
        rig.reopen(CONFIG);
        allAreRepeats("none readable");
    }

    /// As at the first start after a release before the window: the doors do not wait for it.
    @Test
    void whatTakesLongToReadIsReadBehindOpenDoors() throws Exception {
        fill();
        rig.mostRead = 100;
        rig.reopen(CONFIG);
        assertTrue(rig.intake.remembersKeys(), "its files are there");
        rig.windowDisk = new FaultyDisk();
        rig.files = false;
        rig.reopen(CONFIG);
        assertFalse(rig.intake.remembersKeys());
        assertInstanceOf(
                IntakeOutcome.Busy.class, rig.offer("anna", "k1", "hello 1").outcome());
        var unkeyed = rig.offer("bert", null, "hello");
        rig.step();
        assertInstanceOf(IntakeOutcome.Accepted.class, unkeyed.outcome());
        rig.files = true;
        rig.file();
        assertTrue(rig.intake.remembersKeys());
        allAreRepeats("read behind open doors");
    }

    @Test
    void theFolderIsEmptyOrHasAnotherSecret() throws Exception {
        fill();
        rig.windowDisk = new FaultyDisk();
        rig.reopen(CONFIG);
        allAreRepeats("folder deleted");
        rig.fingerprint =
                Fingerprint.of("another secret, of 32 characters".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        rig.reopen(CONFIG);
        allAreRepeats("another secret");
    }

    /// Files of another box, or of the journal before it was salvaged, name other uses of the same segments.
    @Test
    void filesOfAnotherJournalMeanNothing() throws Exception {
        fill();
        var other = new IntakeRig(CONFIG);
        for (int i = 0; i < KEYS; i++) {
            other.offer("anna", "not k" + i, "hello " + i);
            other.offer("bert", null, "x".repeat(3000));
            other.step();
        }
        rig.windowDisk = other.windowDisk;
        rig.reopen(CONFIG);
        allAreRepeats("files of another journal");
    }

    private static final LongPredicate EVERY_THIRD_KEY = index -> index % 6 == 0;

    private void filesAreOfPresentUses(String what) throws Exception {
        var uses = WindowFolder.segments(rig.journal).stream()
                .map(ClosedSegment::use)
                .toList();
        for (String name : files(KeyFileHeader.SUFFIX)) {
            var header = KeyFile.open(rig.windowDisk, name).header();
            assertTrue(uses.contains(header.use()), what + ": " + header);
        }
        assertEquals(List.of(), files(WindowFile.BAD), what);
    }

    private Receipt repeated(int key, String what) {
        var answer = rig.offer("anna", "k" + key, "hello " + key);
        rig.step();
        return assertInstanceOf(IntakeOutcome.Repeated.class, answer.outcome(), what + ", key " + key)
                .first();
    }

    /// An entry whose body was erased cannot say any more what it was, so its key is free; all others get their
    /// first answer: before the files of keys are made again, afterwards, and at a start in between.
    @Test
    void ofAnErasedSegmentTheOtherKeysAreRemembered() throws Exception {
        for (boolean restart : new boolean[] {false, true}) {
            rig = new IntakeRig(CONFIG);
            fill();
            var segment = rig.journal.closedSegments().getFirst();
            rig.files = false;
            assertTrue(rig.journal.eraseBodies(segment.number(), EVERY_THIRD_KEY) > 10);
            LongPredicate erased = index -> EVERY_THIRD_KEY.test(index) && index < segment.nextIndex();
            for (int i = 0; i < KEYS; i++) {
                if (!erased.test(2 * i))
                    assertEquals(2 * i, repeated(i, "files of before").index());
            }
            if (restart) rig.reopen(CONFIG);
            rig.file();
            filesAreOfPresentUses("restart: " + restart);
            rig.files = true;

            Map<Integer, Long> anew = new HashMap<>();
            for (int i = 0; i < KEYS; i++) {
                if (!erased.test(2 * i)) {
                    assertEquals(2 * i, repeated(i, "made again").index());
                    continue;
                }
                var answer = rig.offer("anna", "k" + i, "hello " + i);
                rig.step();
                assertInstanceOf(IntakeOutcome.Accepted.class, answer.outcome(), "erased, key " + i);
                anew.put(i, answer.index());
            }
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < KEYS; i++) {
                    long first = anew.getOrDefault(i, 2L * i);
                    assertEquals(first, repeated(i, "once more").index());
                }
                rig.reopen(CONFIG);
            }
        }
    }

    /// As an order to erase needs it: no key of what is erased may come to a file afterwards, or stay in one.
    @Test
    void keysOfAnErasedSegmentAreInNoFileOnceTheIntakeSaysSo() throws Exception {
        rig = new IntakeRig(CONFIG);
        rig.files = false;
        for (int i = 0; i < 30; i++) {
            rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
        }
        assertFalse(rig.intake.hasFiledKeysBelow(30), "they are in memory, in two parts");
        rig.intake.endSegment(5);
        rig.step();
        assertTrue(rig.journal.openSegment().isPresent(), "another one is meant");
        rig.intake.endSegment(0);
        rig.step();
        assertTrue(rig.journal.openSegment().isEmpty());
        rig.file();
        assertFalse(rig.intake.hasFiledKeysBelow(30), "the second part is still in memory");
        rig.intake.endSegment(0);
        rig.step();
        rig.file();
        assertTrue(rig.intake.hasFiledKeysBelow(30));
        assertFalse(rig.intake.hasFiledKeysBelow(31));

        // One that was set aside earlier holds them as well.
        var name = files(KeyFileHeader.SUFFIX).getFirst();
        byte[] whole = rig.windowDisk.contents(name);
        try (var copy = rig.windowDisk.create(name + WindowFile.BAD, whole.length)) {
            copy.write(0, ByteBuffer.wrap(whole));
            copy.force();
        }
        assertEquals(2, filesWithKey(3).size());
        rig.journal.eraseBodies(0, index -> index % 3 == 0);
        var segment = rig.journal.closedSegments().getFirst();
        assertFalse(rig.intake.keysFollow(segment));
        rig.file();
        assertTrue(rig.intake.keysFollow(segment));
        assertEquals(Set.of(), filesWithKey(3));
        assertEquals(1, filesWithKey(4).size());
        rig.offer("anna", "k3", "hello 3");
        rig.step();
        assertEquals(31, rig.journal.size(), "its key is free");
    }

    /// Nobody could tell otherwise what whoever opens the window has read already.
    @Test
    void noKeysAreFiledAsLongAsTheWindowIsNotOpen() throws Exception {
        rig = new IntakeRig(CONFIG);
        for (int i = 0; i < 30; i++) {
            rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
        }
        rig.mostRead = 0;
        rig.files = false;
        rig.reopen(CONFIG);
        assertFalse(rig.intake.remembersKeys());
        assertFalse(rig.intake.hasFiledKeysBelow(1));
    }

    /// A filter would go on to tell of keys that nothing else tells of, here and after a restart.
    @Test
    void filtersForgetTheKeysOfAnErasedSegment() throws Exception {
        fill();
        var segment = rig.journal.closedSegments().getFirst();
        assertTrue(toldByFilters(segment) > 50);
        rig.journal.eraseBodies(0, index -> true);
        var erased = rig.journal.closedSegments().getFirst();
        assertFalse(rig.intake.keysFollow(erased));
        rig.file();
        assertTrue(rig.intake.keysFollow(erased));
        for (int life = 0; life < 2; life++) {
            assertTrue(files(KeyFilter.SUFFIX).size() >= 2, "filters: " + rig.windowDisk.list());
            assertTrue(toldByFilters(erased) < 5, "told of: " + toldByFilters(erased));
            rig.reopen(CONFIG);
            rig.file();
        }
    }

    /// How many keys of entries in a segment may be in the filter that covers them.
    private int toldByFilters(ClosedSegment segment) throws Exception {
        int told = 0;
        for (var name : files(KeyFilter.SUFFIX)) {
            var found = KeyFilter.read(rig.windowDisk, name);
            for (int i = 0; 2 * i < segment.nextIndex(); i++) {
                boolean covered = found.header().first() <= 2 * i
                        && 2 * i < found.header().next();
                if (covered && found.filter().mayHold(rig.fingerprint.of("anna", "k" + i))) told++;
            }
        }
        return told;
    }

    /// Files that were replaced have no name any more.
    private Set<String> filesWithKey(int key) {
        byte[] print = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(rig.fingerprint.of("anna", "k" + key))
                .array();
        var found = rig.windowDisk.whereIs(print);
        found.remove("(no name)");
        return found;
    }

    /// The power goes at every operation of making the files again.
    @Test
    void thePowerGoesWhileFilesOfAnErasedSegmentAreMadeAgain() throws Exception {
        boolean finished = false;
        for (int operations = 0; !finished; operations++) {
            rig = new IntakeRig(CONFIG);
            for (int i = 0; i < 60; i++) {
                rig.offer("anna", "k" + i, "hello " + i);
                rig.step();
            }
            rig.journal.closeSegment();
            assertEquals(20, rig.journal.eraseBodies(0, index -> index % 3 == 0));
            rig.windowDisk.cutPowerAfter(operations, operations);
            rig.file();
            finished = rig.fileTrouble.isEmpty();
            rig.powerCut(operations);
            rig.file();
            filesAreOfPresentUses("cut after " + operations);
            for (int i = 0; i < 60; i++) {
                var answer = rig.offer("anna", "k" + i, "hello " + i);
                rig.step();
                var expected = i % 3 == 0 ? IntakeOutcome.Accepted.class : IntakeOutcome.Repeated.class;
                assertInstanceOf(expected, answer.outcome(), "cut after " + operations + ", key " + i);
            }
            assertTrue(operations < 100, "it comes to an end");
        }
    }

    @Test
    void aCutBeforeAPartWasWrittenCostsNothing() throws Exception {
        rig.files = false;
        for (int i = 0; i < 30; i++) {
            rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
        }
        assertEquals(List.of(), rig.windowDisk.list());
        rig.powerCut(1);
        for (int i = 0; i < 30; i++) {
            var answer = rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
            assertInstanceOf(IntakeOutcome.Repeated.class, answer.outcome());
        }
    }

    /// The power goes at every operation of the window's disk, in the course of parts, filters and the dropping
    /// of old files; then at every operation of the opening that follows.
    @Test
    void thePowerGoesAtEveryOperation() throws Exception {
        var small = new IntakeConfig(4096, 1000, 1 << 20, 64, 0, 95, Duration.ofSeconds(1));
        boolean finished = false;
        for (int operations = 0; !finished; operations++) {
            var box = new IntakeRig(small);
            box.windowDisk.cutPowerAfter(operations, operations);
            List<Integer> taken = new ArrayList<>();
            boolean cut = false;
            for (int i = 0; i < 120 && !cut; i++) {
                box.offer("anna", "k" + i, "hello");
                box.step();
                taken.add(i);
                cut = box.fileTrouble.isPresent();
            }
            finished = !cut;
            box.powerCut(operations);
            // Once more, in the middle of the opening; the journal is not touched by that.
            box.windowDisk.cutPowerAfter(operations % 7, operations);
            box.reopen(small);
            box.powerCut(operations + 1);
            for (int i : taken.subList(Math.max(0, taken.size() - 64), taken.size())) {
                var repeat = box.offer("anna", "k" + i, "hello");
                box.step();
                assertInstanceOf(
                        IntakeOutcome.Repeated.class, repeat.outcome(), "cut after " + operations + ", key " + i);
            }
        }
    }

    /// Two parts are kept in memory; then records with keys have to wait, others do not, and nothing is
    /// forgotten.
    @Test
    void aFolderThatCannotBeWrittenMakesRecordsWithKeysWait() throws Exception {
        rig.windowDisk.capacity(0);
        int taken = 0;
        for (int i = 0; i < 100; i++) {
            var answer = rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
            if (answer.outcome() instanceof IntakeOutcome.Accepted) {
                assertEquals(taken, i, "once it is full it stays full");
                taken++;
            } else {
                var busy = assertInstanceOf(IntakeOutcome.Busy.class, answer.outcome());
                assertTrue(busy.retryAfter().isPositive());
            }
        }
        assertEquals(40, taken);
        assertTrue(rig.fileTrouble.isPresent());
        var unkeyed = rig.offer("bert", null, "hello");
        rig.step();
        assertInstanceOf(IntakeOutcome.Accepted.class, unkeyed.outcome());

        rig.windowDisk.capacity(1 << 30);
        rig.file();
        for (int i = 0; i < 40; i++) {
            var repeat = rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
            assertInstanceOf(IntakeOutcome.Repeated.class, repeat.outcome());
        }
        var next = rig.offer("anna", "k40", "hello 40");
        rig.step();
        assertInstanceOf(IntakeOutcome.Accepted.class, next.outcome());
    }

    /// At the start the folder cannot be read or written: the doors are open, for records without keys.
    @Test
    void aFolderThatCannotBeOpenedIsOpenedLater() throws Exception {
        fill();
        for (String name : rig.windowDisk.list()) rig.windowDisk.delete(name);
        rig.windowDisk.capacity(0);
        rig.reopen(CONFIG);
        assertInstanceOf(
                IntakeOutcome.Busy.class, rig.offer("anna", "k1", "hello 1").outcome());
        var unkeyed = rig.offer("bert", null, "hello");
        rig.step();
        assertInstanceOf(IntakeOutcome.Accepted.class, unkeyed.outcome());
        assertTrue(rig.fileTrouble.isPresent());
        rig.windowDisk.capacity(1 << 30);
        rig.file();
        allAreRepeats("opened later");
    }

    @Test
    void whoeverIsHeldBackByAFullWindowIsToldLaterAndNotAtOnce() throws Exception {
        rig.windowDisk.capacity(0);
        for (int i = 0; i < 60; i++) {
            rig.offer("anna", "k" + i, "hello");
            rig.step();
        }
        var told = new java.util.concurrent.CountDownLatch(1);
        var thread = Thread.currentThread();
        rig.intake.whenRoom(Runnable::run, () -> {
            assertTrue(Thread.currentThread() != thread, "at once, it would be busy again at once");
            told.countDown();
        });
        assertTrue(told.await(30, java.util.concurrent.TimeUnit.SECONDS));
    }

    /// What is looked up while a part waits for its file, and while its file is shown, is found.
    @Test
    void keysAreFoundBetweenMemoryAndFile() throws Exception {
        rig.files = false;
        for (int i = 0; i < 25; i++) {
            rig.offer("anna", "k" + i, "hello " + i);
            rig.step();
        }
        assertEquals(0, rig.intake.filedKeys());
        for (int round = 0; round < 2; round++) {
            for (int i : IntStream.range(0, 25).toArray()) {
                var repeat = rig.offer("anna", "k" + i, "hello " + i);
                rig.step();
                assertInstanceOf(IntakeOutcome.Repeated.class, repeat.outcome());
            }
            rig.file();
            assertTrue(rig.intake.filedKeys() >= 20);
        }
    }

    /// Retention asks for it: what is given up below the entries that are needed costs no answer, also after a
    /// restart.
    @Test
    void segmentsBelowWhatIsNeededCanBeGivenUp() throws Exception {
        int keys = 1000;
        assertEquals(0, rig.intake.neededFrom());
        for (int i = 0; i < keys; i++) {
            rig.offer("anna", "k" + i, "hello " + i);
            rig.offer("bert", null, "x".repeat(3000));
            rig.step();
        }
        long needed = rig.intake.neededFrom();
        assertTrue(needed <= 2 * (keys - CONFIG.rememberedKeys()), "needed from " + needed);
        rig.journal.recycle(needed);
        assertTrue(rig.journal.firstIndex() > 0, "needed from " + needed);
        for (int round = 0; round < 2; round++) {
            for (int i = keys - CONFIG.rememberedKeys(); i < keys; i++) {
                var answer = rig.offer("anna", "k" + i, "hello " + i);
                rig.step();
                var repeated = assertInstanceOf(IntakeOutcome.Repeated.class, answer.outcome(), "key " + i);
                assertEquals(2 * i, repeated.first().index());
            }
            assertTrue(rig.intake.neededFrom() >= rig.journal.firstIndex());
            rig.reopen(CONFIG);
        }
        // Only records of an even index have a key: what is needed begins with the first that is known.
        long first = (rig.intake.neededFrom() + 1) / 2;
        var known = rig.offer("anna", "k" + first, "hello " + first);
        rig.step();
        assertInstanceOf(IntakeOutcome.Repeated.class, known.outcome(), "key " + first);
        assertInstanceOf(IntakeOutcome.Accepted.class, offered("k" + (first - 1)), "nothing older is known");
        assertInstanceOf(IntakeOutcome.Accepted.class, offered("k0"), "its key is free again");
    }

    private IntakeOutcome offered(String key) {
        var answer = rig.offer("anna", key, "hello");
        rig.step();
        return answer.outcome();
    }

    /// As long as nobody can tell which entries are needed, all are.
    @Test
    void whereTheWindowIsNotOpenEverythingIsNeeded() throws Exception {
        fill();
        rig.mostRead = 0;
        for (String name : rig.windowDisk.list()) rig.windowDisk.delete(name);
        rig.reopen(CONFIG);
        assertFalse(rig.intake.remembersKeys());
        assertEquals(0, rig.intake.neededFrom());
    }
}
