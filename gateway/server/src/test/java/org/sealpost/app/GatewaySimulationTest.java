package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.OriginId;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureRefused;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.seal.SealedHead;

/// A whole box on one thread over disks that forget, a token that goes away and a chain with bad manners, with crashes
/// between any two steps and inside them. Afterwards the invariants of docs/architecture.md must hold.
///
/// Each run comes from its seed; `-Dsealpost.simulation.seed=N` runs that one, `-Dsealpost.simulation.seeds=N` as many.
class GatewaySimulationTest {
    private static final int LIVES = 6;
    private static final int STEPS = 60;

    /// In one run of so many more comes than the journal may keep; the others are small, and quick.
    private static final int LARGE_RUN = 20;

    private static final int LARGE_BURST = 60;

    /// Keys that may come again in a large run; so many are always remembered.
    private static final int NEWEST_KEYS = 30;

    @TempDir
    Path folder;

    @TempDir
    Path leaves;

    private SimulatedWorld world;
    private Random random;
    private int payloads;
    private boolean large;
    private int keys;
    private long givenUpBelow;
    private int runsThatGaveUp;

    /// What clients were told: the content of each index, and the index of each key.
    private final Map<Long, String> acknowledged = new TreeMap<>();
    private final Map<String, String> contentOfKey = new HashMap<>();
    private final Map<String, Long> indexOfKey = new HashMap<>();

    /// Entries whose bodies were ordered to be erased: where the order was answered, and where that is not
    /// known.
    private final Set<Long> ordered = new HashSet<>();
    private final Set<Long> maybeOrdered = new HashSet<>();

    // The newest head that was looked at: most steps make no other.
    private @Nullable SealedHead checked;

    // Of all seeds: records that were erased, and evidence of them.
    private long erased;
    private long withheld;

    /// Heads that the box ever sealed in any life: no size twice with two roots.
    private final Map<Long, Hash> sealedRoots = new HashMap<>();

    @Test
    void invariantsHoldWhateverCrashes() throws Exception {
        var single = Long.getLong("sealpost.simulation.seed");
        if (single != null) {
            run(single);
            return;
        }
        long first = System.nanoTime() & 0xffff_ffffL;
        int count = Integer.getInteger("sealpost.simulation.seeds", 200);
        System.out.println("simulation: seeds " + first + " to " + (first + count - 1));
        for (long seed = first; seed < first + count; seed++) {
            try {
                run(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " (-Dsealpost.simulation.seed=" + seed + ")", e);
            }
        }
        if (count >= 100) assertTrue(runsThatGaveUp > 0, "segments were given up");
        System.out.println("simulation: " + erased + " records erased, of " + withheld + " evidence is left");
        assertTrue(count < 20 || withheld > 0 && withheld < erased, "orders of both forms were carried out");
    }

    private void run(long seed) throws Exception {
        world = new SimulatedWorld(seed, leaves.resolve("seed-" + seed));
        random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        acknowledged.clear();
        contentOfKey.clear();
        indexOfKey.clear();
        sealedRoots.clear();
        large = seed % LARGE_RUN == 0;
        keys = 0;
        givenUpBelow = 0;
        checked = null;
        ordered.clear();
        maybeOrdered.clear();
        for (int life = 0; life < LIVES; life++) {
            try {
                live(open());
            } catch (IOException | BrokenPromise e) {
                if (e instanceof JournalDamaged) throw e;
            }
            crash(seed + life);
            if (random.nextInt(3) == 0) rotate(seed + life);
        }
        settle();
        if (givenUpBelow > 0) runsThatGaveUp++;
    }

    private void live(SimulatedBox box) throws IOException {
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(13)) {
                case 0, 1, 2 -> offer(box);
                case 3 -> world.passTime(random.nextInt(200));
                case 4 -> world.ledger.tick();
                case 5 -> world.tokenAnswers(random.nextInt(3) == 0 ? new IllegalStateException("token away") : null);
                case 6 -> {
                    if (random.nextInt(4) == 0) world.ledger.awayFor(random.nextInt(10));
                    if (random.nextInt(10) == 0) armPowerCut();
                    if (random.nextInt(10) == 0) spoilTiles();
                }
                case 7 -> {
                    if (random.nextInt(3) == 0) order(box);
                }
                default -> step(box, random.nextInt(box.stages.size()));
            }
        }
    }

    private void step(SimulatedBox box, int stage) throws IOException {
        try {
            box.stages.get(stage).step();
            checkWhatWent(box);
            box.seals.newest().filter(head -> !head.equals(checked)).ifPresent(head -> {
                checked = head;
                var before = sealedRoots.put(head.size(), head.root());
                assertTrue(before == null || before.equals(head.root()), "I6: two roots for size " + head.size());
                var inForce = box.identity.keys().inForce(head.size()).key();
                assertTrue(
                        head.seal().isSignedBy(inForce, head.root()), "I15: sealed by another key at " + head.size());
            });
        } catch (AnchorageSetback setback) {
            // The relay waits it out.
        } catch (IllegalStateException e) {
            // The token is away: the sealer waits. From the writer it is a broken journal: that life is over.
            if (stage == 0) throw new IOException(e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void checkWhatWent(SimulatedBox box) {
        long first = box.entries.firstIndex();
        if (first == givenUpBelow) return;
        assertTrue(first > givenUpBelow, "what was given up does not come back");
        assertTrue(first <= box.local.finalSize(), "I16: given up below " + first);
        assertTrue(first <= box.chain.finalSize(), "I16: given up below " + first);
        givenUpBelow = first;
    }

    /// In a large run keys come again as long as they must be known.
    private int anyKey() {
        if (!large) return random.nextInt(NEWEST_KEYS);
        return random.nextInt(4) > 0 ? keys++ : Math.max(0, keys - random.nextInt(NEWEST_KEYS));
    }

    private void offer(SimulatedBox box) {
        for (int i = random.nextInt(large ? LARGE_BURST : 4); i >= 0; i--) {
            if (random.nextBoolean()) {
                var content = "unkeyed " + payloads++;
                box.offer(Optional.empty(), content, outcome -> told(outcome, Optional.empty(), content));
                continue;
            }
            var key = "key " + anyKey();
            // The same key comes again with the same content, and sometimes with another one.
            var content = random.nextInt(5) == 0 ? "other " + payloads++ : "content of " + key;
            box.offer(Optional.of(key), content, outcome -> told(outcome, Optional.of(key), content));
        }
    }

    /// The owner has some bodies erased. Their keys are free again from some moment on.
    private void order(SimulatedBox box) throws IOException {
        if (box.entries.size() < 2) return;
        long first = 1 + random.nextInt((int) box.entries.size() - 1);
        long next = Math.min(box.entries.size(), first + 1 + random.nextInt(6));
        var form = ErasureForm.values()[random.nextInt(2)];
        for (long index = first; index < next; index++) maybeOrdered.add(index);
        indexOfKey.values().removeIf(maybeOrdered::contains);
        try {
            var made = box.erasures.order("owner", "simulated", form, List.of(new IndexRange(first, next)));
            for (var order : made) {
                for (long index = first; index < next; index++) if (order.holds(index)) ordered.add(index);
            }
        } catch (ErasureRefused nothingToErase) {
            // As it says.
        }
    }

    private void told(IntakeOutcome outcome, Optional<String> key, String content) {
        switch (outcome) {
            case IntakeOutcome.Accepted(var receipt) -> {
                assertTrue(acknowledged.put(receipt.index(), content) == null, "I1: index given twice");
                key.ifPresent(name -> {
                    assertTrue(indexOfKey.putIfAbsent(name, receipt.index()) == null, "I10: accepted twice: " + name);
                    contentOfKey.put(name, content);
                });
            }
            case IntakeOutcome.Repeated(var receipt) -> {
                acknowledged.putIfAbsent(receipt.index(), content);
                assertEquals(content, acknowledged.get(receipt.index()));
                if (maybeOrdered.contains(receipt.index())) return;
                // The first answer may have been lost with a crash; from now on it is known.
                var first = indexOfKey.putIfAbsent(key.orElseThrow(), receipt.index());
                assertTrue(first == null || first == receipt.index(), "I10: another first answer");
            }
            case IntakeOutcome.Conflict(var receipt) -> {
                var first = indexOfKey.get(key.orElseThrow());
                assertTrue(first == null || first == receipt.index(), "I10: another first answer");
            }
            case IntakeOutcome.Refused(var problem) -> throw new AssertionError(problem.title());
            // As long as the window's folder is not written, records with keys have to wait.
            case IntakeOutcome.Busy(var wait) -> assertTrue(key.isPresent(), "busy without a key");
        }
    }

    private SimulatedBox open() throws IOException {
        return new SimulatedBox(world, folder);
    }

    /// A technician replaces the key, and sometimes the power goes meanwhile.
    private void rotate(long seed) throws Exception {
        if (random.nextBoolean()) {
            var disk = random.nextBoolean() ? world.handOvers : world.entries;
            disk.cutPowerAfter(random.nextInt(12), random.nextLong());
        }
        try {
            SimulatedBox.rotate(world, HandOver.Reason.values()[random.nextInt(3)]);
        } catch (IOException | BrokenPromise e) {
            if (e instanceof JournalDamaged) throw e;
        }
        crash(~seed);
    }

    private void crash(long seed) {
        world.tokenAnswers(null);
        if (random.nextInt(3) == 0) world.kill();
        else world.powerCut(seed);
    }

    private void armPowerCut() {
        world.disks.get(random.nextInt(world.disks.size())).cutPowerAfter(random.nextInt(6), random.nextLong());
    }

    private void spoilTiles() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                if (random.nextBoolean()) Files.delete(file);
                else Files.write(file, new byte[random.nextInt(9000)]);
            }
        }
    }

    /// Good weather: everything that waits is sealed and anchored, and then everything is checked.
    private void settle() throws Exception {
        world.ledger.unkind(false);
        world.ledger.awayFor(0);
        var box = open();
        long before = box.entries.size();
        box.offer(Optional.empty(), "last", outcome -> told(outcome, Optional.empty(), "last"));
        box.intake.writer().step();
        assertEquals(before + 1, box.entries.size());
        for (int round = 0; round < 400 && !isSettled(box); round++) {
            world.passTime(100);
            world.ledger.tick();
            for (int stage = 0; stage < box.stages.size(); stage++) step(box, stage);
        }
        assertEquals(box.entries.size(), box.seals.sealedSize(), "all is sealed");
        checkRecords(box);
        checkKeys(box);
        checkLedger(box);
        deleteTiles();
    }

    private boolean isSettled(SimulatedBox box) throws IOException {
        long size = box.entries.size();
        return size > 1
                && box.seals.sealedSize() == size
                && world.ledger.lodged(ledgerId(box)).containsKey(size)
                && box.local.newestFinal().map(FinalHead::size).equals(Optional.of(size))
                && box.erasures.newestBelow(Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                        .allMatch(order -> order.removed() && order.copiedAs().isPresent());
    }

    private OriginId ledgerId(SimulatedBox box) {
        return OriginId.of(world.keys.getFirst().spki(), box.identity.origin());
    }

    private void checkRecords(SimulatedBox box) throws Exception {
        var trust = box.trust();
        for (var entry : acknowledged.entrySet()) {
            if (entry.getKey() < box.entries.firstIndex()) {
                checkLeaf(box, entry.getKey());
                continue;
            }
            assertTrue(
                    box.erasures.hides(entry.getKey()) || !ordered.contains(entry.getKey()),
                    "I17: an order was forgotten");
            if (box.erasures.hides(entry.getKey())) {
                checkErased(box, entry.getKey(), trust);
                continue;
            }
            var record = box.archive.find(entry.getKey()).orElseThrow();
            assertEquals(entry.getValue(), new String(record.content().payload(), StandardCharsets.UTF_8));
            var file = box.archive.evidence(entry.getKey()).orElseThrow();
            var verdict =
                    assertInstanceOf(Verdict.Intact.class, EvidenceVerifier.verify(file, trust, AnchorCheck.OFFLINE));
            assertInstanceOf(Signer.Trusted.class, verdict.signer());
        }
    }

    /// What is left of a record that was given up can still be proved.
    private static void checkLeaf(SimulatedBox box, long index) throws IOException {
        assertTrue(box.archive.givenUp(index).isPresent());
        var head = box.seals.newest().orElseThrow();
        var path = box.tree.inclusion(index, head.size());
        assertTrue(Inclusion.verify(Merkle.leafHash(box.leaves.leaf(index)), index, head.size(), path, head.root()));
    }

    private void checkErased(SimulatedBox box, long index, TrustStore trust) throws Exception {
        assertTrue(maybeOrdered.contains(index), "erased without an order");
        assertTrue(box.archive.find(index).isEmpty(), "I17: an erased record is shown");
        assertTrue(box.entries.read(index).bodyErased(), "I17: the body is still there");
        erased++;
        var left = box.archive.erased(index).orElseThrow();
        assertEquals(left.kept().isPresent(), !box.erasures.hidesSalts(index));
        var file = box.archive.evidence(index);
        assertEquals(left.kept().isPresent(), file.isPresent());
        if (file.isPresent()) {
            withheld++;
            var verdict = EvidenceVerifier.verify(file.get(), trust, AnchorCheck.OFFLINE);
            assertInstanceOf(
                    Signer.Trusted.class,
                    assertInstanceOf(Verdict.Intact.class, verdict).signer());
        }
    }

    /// One key, one entry: also where the answer was lost.
    private static void checkKeys(SimulatedBox box) throws IOException {
        var seen = new HashSet<String>();
        for (long index = Math.max(1, box.entries.firstIndex()); index < box.entries.size(); index++) {
            var record = box.archive.find(index);
            if (record.isEmpty()) {
                assertTrue(HandOverLeaf.isAt(box.entries.read(index).leaf())
                        || box.archive.erased(index).isPresent());
                continue;
            }
            var key = record.get().source().idempotencyKey();
            assertTrue(key.isEmpty() || seen.add(key.get()), "I10: two entries of " + key);
        }
    }

    private void checkLedger(SimulatedBox box) {
        var lodged = world.ledger.lodged(ledgerId(box));
        for (var head : lodged.entrySet()) {
            assertEquals(box.tree.root(head.getKey()), head.getValue(), "I8: the chain holds a head of this log");
        }
        assertTrue(lodged.containsKey(box.seals.sealedSize()), "the newest head is anchored");
        sealedRoots.forEach((size, root) -> assertEquals(box.tree.root(size), root, "I6: heads extend each other"));
    }

    private void deleteTiles() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder)) Files.delete(file);
            }
        }
    }
}
