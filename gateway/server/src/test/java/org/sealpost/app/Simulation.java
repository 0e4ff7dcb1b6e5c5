package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.FinalHead;
import org.sealpost.archive.erasure.ErasuresDamaged;
import org.sealpost.control.ControlDamaged;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.HandOver;
import org.sealpost.seal.TreeDamaged;

/// One run: some lives of a box, each ended by a crash, and then good weather.
final class Simulation {
    /// In one run of so many more comes than the journal may keep, and in one of so many more than must be known of
    /// repeats; the others are small, and quick.
    static final int LARGE_RUN = 20;

    private static final int LONG_RUN = 10;

    private static final int LIVES = 5;
    private static final int STEPS = 60;

    /// Most rounds that it may take until all is sealed, anchored, copied and erased.
    private static final int ROUNDS = 400;

    /// Comes to one and the same time of the world's clock, synchronised or not; the other makes it another.
    private static final int HOUR_AND_MORE_MILLIS = 3_708_000;

    private static final int SOME_SECONDS_MILLIS = 4000;
    private static final FaultyDisk.Call[] CALLS = FaultyDisk.Call.values();

    private final long seed;
    private final Path tiles;
    private final SimulatedWorld world;
    private final Random random;
    private final SimulatedClients clients;
    private final SimulatedOwner owner;
    private final SimulatedPolicies policies;
    private final SimulationChecks checks;
    private final Seen seen = new Seen();

    /// @param tiles an empty folder
    Simulation(long seed, Path tiles) {
        this.seed = seed;
        this.tiles = tiles;
        world = new SimulatedWorld(seed);
        random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        clients = new SimulatedClients(world, random, load(seed));
        owner = new SimulatedOwner(random);
        policies = new SimulatedPolicies(world, owner, clients);
        checks = new SimulationChecks(world, random, clients, owner, policies);
    }

    private static SimulatedClients.Load load(long seed) {
        if (seed % LARGE_RUN == 0) return SimulatedClients.Load.LARGE;
        return seed % LONG_RUN == LONG_RUN / 2 ? SimulatedClients.Load.LONG : SimulatedClients.Load.SMALL;
    }

    /// What came to pass, over all runs: a test of what never happens would prove nothing.
    static final class Seen {
        private int lives;
        private int broken;
        private int setbacks;
        private int refusedStarts;
        private int acts;
        private int thinned;
        private int gaveUp;
        private int indexParts;
        private long erased;
        private long withheld;
        private long byPolicy;

        void add(Seen other) {
            lives += other.lives;
            broken += other.broken;
            setbacks += other.setbacks;
            refusedStarts += other.refusedStarts;
            acts += other.acts;
            thinned += other.thinned;
            gaveUp += other.gaveUp;
            indexParts += other.indexParts;
            erased += other.erased;
            withheld += other.withheld;
            byPolicy += other.byPolicy;
        }

        void requireAll() {
            for (long count :
                    new long[] {broken, setbacks, refusedStarts, acts, thinned, gaveUp, indexParts, withheld, byPolicy
                    }) {
                assertTrue(count > 0, toString());
            }
            assertTrue(withheld < erased, toString());
        }

        @Override
        public String toString() {
            return ("%d lives, of which %d ended by a broken promise and %d did not begin; %d setbacks, %d acts;"
                            + " runs that thinned seals %d, gave up segments %d, had parts of the index %d;"
                            + " %d records erased, of %d evidence is left; %d ordered by policy")
                    .formatted(
                            lives,
                            broken,
                            refusedStarts,
                            setbacks,
                            acts,
                            thinned,
                            gaveUp,
                            indexParts,
                            erased,
                            withheld,
                            byPolicy);
        }
    }

    Seen run() throws Exception {
        for (int life = 0; life < LIVES; life++) {
            seen.lives++;
            // The opening is a part of the life.
            if (random.nextInt(3) == 0) spoilOpening();
            open().ifPresent(this::live);
            crash(seed + life);
            if (random.nextInt(5) == 0) rotate(seed + life);
        }
        settle();
        return seen;
    }

    /// Empty if the disks do not let it start; never because of damage.
    private Optional<SimulatedBox> open() throws IOException {
        try {
            var box = box();
            checks.opened(box);
            return Optional.of(box);
        } catch (IOException | BrokenPromise e) {
            throwDamage(e);
            seen.refusedStarts++;
            return Optional.empty();
        }
    }

    private SimulatedBox box() throws IOException {
        return new SimulatedBox(world, tiles, clients.load().rememberedKeys());
    }

    private void live(SimulatedBox box) {
        try {
            for (int i = 0; i < STEPS; i++) act(box);
        } catch (BrokenPromise | IOException e) {
            throwDamage(e);
            seen.broken++;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void act(SimulatedBox box) throws Exception {
        switch (random.nextInt(15)) {
            case 0, 1, 2 -> clients.offer(box);
            case 3 -> passTime();
            case 4 -> world.ledger.tick();
            case 5 -> world.tokenAnswers(random.nextInt(3) == 0 ? new IllegalStateException("token away") : null);
            case 6 -> spoil();
            case 7 -> {
                if (random.nextInt(3) == 0) setbackOr(() -> owner.order(box, clients));
                else if (random.nextInt(3) == 0) setbackOr(() -> owner.act(box));
            }
            case 8 -> {
                if (random.nextInt(3) == 0) checks.searched(box);
            }
            default -> step(box, random.nextInt(box.stages.size()));
        }
    }

    private void passTime() {
        switch (random.nextInt(10)) {
            case 0 -> world.passTime(HOUR_AND_MORE_MILLIS);
            case 1 -> world.passTime(SOME_SECONDS_MILLIS);
            default -> world.passTime(random.nextInt(200));
        }
    }

    /// What goes wrong around a box.
    private void spoil() throws IOException {
        var disk = world.disks.get(random.nextInt(world.disks.size()));
        switch (random.nextInt(30)) {
            case 0, 1, 2, 3, 4, 5, 6 -> world.ledger.awayFor(random.nextInt(10));
            case 7, 8, 9 -> disk.cutPowerAfter(random.nextInt(6), random.nextLong());
            case 10, 11 -> spoilTiles();
            case 12, 13, 14 -> world.fail(disk, CALLS[random.nextInt(CALLS.length)], random.nextInt(4));
            case 15 -> disk.failNextForceAndDropPages(random.nextLong());
            case 16 -> disk.fullAfter(random.nextInt(20_000));
            case 17, 18 -> world.full(!world.isFull());
            case 19 -> spoilIndex();
            default -> {}
        }
    }

    private void spoilOpening() {
        var disk = world.disks.get(random.nextInt(world.disks.size()));
        if (random.nextBoolean()) disk.cutPowerAfter(random.nextInt(6), random.nextLong());
        else world.fail(disk, CALLS[random.nextInt(CALLS.length)], random.nextInt(4));
    }

    private void spoilTiles() throws IOException {
        try (var files = Files.walk(tiles)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (random.nextBoolean()) Files.delete(file);
                else Files.write(file, new byte[random.nextBoolean() ? (int) Files.size(file) : random.nextInt(9000)]);
            }
        }
    }

    private void spoilIndex() throws IOException {
        var names = world.index.list();
        if (names.isEmpty()) return;
        var name = names.get(random.nextInt(names.size()));
        world.index.flipBit(name, random.nextInt(world.index.contents(name).length), random.nextInt(8));
    }

    private void step(SimulatedBox box, int stage) throws Exception {
        setbackOr(() -> box.stages.get(stage).step());
        checks.stepped(box);
    }

    @FunctionalInterface
    private interface Doing {
        void run() throws Exception;
    }

    /// As a runner of stages does: a setback is waited out, a broken promise ends the life.
    private void setbackOr(Doing doing) throws Exception {
        try {
            doing.run();
        } catch (AnchorageSetback | JournalFull e) {
            seen.setbacks++;
        } catch (IOException e) {
            throwDamage(e);
            // A machine without power does nothing more.
            if (isPowerCut(e)) throw e;
            seen.setbacks++;
        } catch (IllegalStateException e) {
            // The token is away, or the intake's writer has come to its end.
            boolean writerEnded =
                    e.getCause() instanceof IOException || "the intake has failed before".equals(e.getMessage());
            if (writerEnded) throw new IOException(e);
            if (!"token away".equals(e.getMessage())) throw e;
        }
    }

    private static boolean isPowerCut(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof FaultyDisk.PowerCut) return true;
        }
        return false;
    }

    /// A technician replaces the key, and sometimes the power goes meanwhile.
    private void rotate(long crash) throws Exception {
        if (random.nextBoolean()) {
            var disk = random.nextBoolean() ? world.handOvers : world.entries;
            disk.cutPowerAfter(random.nextInt(12), random.nextLong());
        }
        try {
            SimulatedBox.rotate(world, HandOver.Reason.values()[random.nextInt(3)]);
        } catch (IOException | BrokenPromise e) {
            throwDamage(e);
        }
        crash(~crash);
    }

    /// No weather damages what was forced, and nobody else touches it here.
    private static void throwDamage(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case JournalDamaged damaged -> throw damaged;
                case TreeDamaged damaged -> throw damaged;
                case ControlDamaged damaged -> throw damaged;
                case ErasuresDamaged damaged -> throw damaged;
                case HeadsLost damaged -> throw damaged;
                default -> {}
            }
        }
    }

    private void crash(long choices) {
        if (random.nextInt(3) == 0) world.kill();
        else world.powerCut(choices);
    }

    /// Good weather: everything that waits is sealed, anchored, copied and erased, and then everything is checked.
    private void settle() throws Exception {
        world.ledger.unkind(false);
        world.ledger.awayFor(0);
        var box = box();
        checks.opened(box);
        if (random.nextBoolean()) world.passTime(HOUR_AND_MORE_MILLIS);
        long before = box.entries.size();
        clients.offerLast(box);
        box.intake.writer().step();
        assertEquals(before + 1, box.entries.size());
        settle(box);
        // All that was sealed under a right clock is old now.
        world.passTime(HOUR_AND_MORE_MILLIS);
        while (!world.isSynced()) world.passTime(SOME_SECONDS_MILLIS);
        for (int steps = 0; box.policies.step() > 0; steps++) {
            assertTrue(steps < ROUNDS, "the policies come to an end");
            checks.stepped(box);
        }
        policies.areCarriedOut(box);
        settle(box);
        checks.settled(box);
        seen.acts += owner.acts();
        seen.thinned += world.seals.list().contains("0000000000000000.segment") ? 0 : 1;
        seen.gaveUp += checks.gaveUp() ? 1 : 0;
        seen.indexParts += world.index.list().isEmpty() ? 0 : 1;
        seen.erased += checks.erased();
        seen.withheld += checks.withheld();
        seen.byPolicy += policies.ordered();
    }

    private void settle(SimulatedBox box) throws Exception {
        for (int round = 0; !isSettled(box); round++) {
            assertTrue(round < ROUNDS, "all comes to an end");
            world.passTime(100);
            world.ledger.tick();
            for (int stage = 0; stage < box.stages.size(); stage++) step(box, stage);
        }
    }

    private boolean isSettled(SimulatedBox box) throws Exception {
        long size = box.entries.size();
        return size > 1
                && box.seals.sealedSize() == size
                && box.local.newestFinal().map(FinalHead::size).equals(Optional.of(size))
                && box.actScribe.step() == 0
                && box.erasures.newestBelow(Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                        .allMatch(order -> order.removed() && order.copiedAs().isPresent())
                && world.ledger.lodged(checks.ledgerId(box)).containsKey(size);
    }

    /// Of all bytes that there are.
    String digest() throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        for (var disk : world.disks) {
            disk.look((name, bytes) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            });
        }
        try (var files = Files.walk(tiles)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList())
                digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
