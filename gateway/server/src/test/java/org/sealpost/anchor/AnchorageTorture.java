package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;

/// The torture of docs/relay.md §11: what becomes of heads when a ledger, what lies before it, or the box itself fails.
/// A method for each row; a kind brings the faults, and overrides a row that cannot happen to it with the reason.
///
/// After each row every head is on the ledger once at most, by the ledger's own word, the relay's journal says so, and
/// the evidence of each final head verifies.
public abstract class AnchorageTorture {
    private static final AtomicInteger ORIGINS = new AtomicInteger();
    private static final Duration AT_LEAST = Duration.ofSeconds(2);

    /// So long that a busy machine loses no answer.
    private static final Duration PATIENT = Duration.ofSeconds(5);

    /// Within which an answer must be whole, to who is opened from here on.
    protected Duration deadline = PATIENT;

    @TempDir
    private Path files;

    private boolean answersAreLost;

    /// Something that can be done to a ledger of this kind.
    public interface Act {
        void run() throws Exception;
    }

    /// Something that goes wrong for a while.
    public record Fault(String name, Act begins, Act ends) {}

    // --- what a kind brings

    /// Another client of the ledger, as each process of a box makes it. All sign by the same account.
    ///
    /// @param proofs what this box keeps of the ledger's answers
    protected abstract Anchorage open(AnchorProofs proofs) throws Exception;

    /// The heads of this origin, by the ledger's own word, in its order; one that is there twice stands there twice.
    /// Not asked of a ledger that remembers nothing.
    protected abstract List<Long> lodged(OriginId origin) throws Exception;

    /// What makes a reader trust the ledger: lines of a trust file.
    protected abstract String trust(AnchorIdentity identity) throws Exception;

    /// Whether what the box keeps proves its heads to such a reader; if not, they stand claimed.
    protected abstract boolean proves();

    /// Lets the ledger go on, where it does not by itself.
    protected void goOn() throws Exception {}

    /// How often a relay asks while something is under way.
    protected Duration poll() {
        return Duration.ofMillis(5);
    }

    /// What lies in the box lost its power, too.
    protected void boxLostPower(long seed) throws Exception {}

    /// How many boxes lodge there with one key at the same time.
    protected int boxes() {
        return 2;
    }

    /// Whether a box in the random part publishes records, too.
    ///
    /// @param isLong whether somebody said for how many minutes it is to go on
    protected boolean publishes(boolean isLong) {
        return false;
    }

    /// Another client of the ledger for publications, as each process of that box makes it. It signs by an
    /// account of its own where the ledger has such.
    protected PublicationLedger openPublications() throws Exception {
        throw unexpected("publications");
    }

    /// The numbers of this origin's publications, by the ledger's own word; one that is there twice stands there
    /// twice.
    protected List<Long> published(OriginId origin) throws Exception {
        throw unexpected("publications");
    }

    /// Faults that come at any time, and go again.
    protected abstract List<Fault> faults();

    /// Requests take effect, and nobody hears so. Where nothing lies between box and ledger, the call itself is told
    /// nothing.
    protected void loseAnswers(boolean lose) throws Exception {
        answersAreLost = lose;
    }

    /// Nobody reaches it.
    protected void goAway() throws Exception {
        throw unexpected("absence");
    }

    protected void comeBack() throws Exception {
        throw unexpected("absence");
    }

    /// Takes requests from now on, and lets none take effect.
    protected void hold() throws Exception {
        throw unexpected("a pool");
    }

    /// What it took and did not let take effect is gone; from now on it does again.
    protected void forgetPool() throws Exception {
        throw unexpected("a pool");
    }

    /// What is sent from now on comes into a block that [#reorganise] takes back, once this act is done.
    protected Act fork() throws Exception {
        return () -> {};
    }

    /// The newest block is another one.
    protected void reorganise() throws Exception {
        throw unexpected("reorganisations");
    }

    /// What takes the ledger back to now.
    protected Act snapshot() throws Exception {
        throw unexpected("a way back");
    }

    /// Another ledger answers where this one did.
    protected void recreate() throws Exception {
        throw unexpected("another one in its place");
    }

    protected void lose(int nodes) throws Exception {
        throw unexpected("nodes to lose");
    }

    /// How many nodes [#lose] takes one by one before all that matter have been gone once.
    protected int inTurn() {
        return 1;
    }

    /// Without so many nothing takes effect.
    protected int tooMany() {
        return 2;
    }

    /// All nodes are there again.
    protected void bringBack() throws Exception {
        throw unexpected("nodes to lose");
    }

    /// Whether who was brought back has what the others have, so that one of those may go.
    protected boolean hasCaughtUp() throws Exception {
        return true;
    }

    /// The key, or its certificate, that signs for the ledger or for the box there cannot be used.
    protected void expire() throws Exception {
        throw unexpected("an end of its keys");
    }

    protected void renew() throws Exception {
        throw unexpected("an end of its keys");
    }

    /// @param expired what is shown meanwhile
    protected void shown(Anchored.Trouble expired) {}

    /// From now on it takes no head of this log. By itself no ledger takes those of a log whose key was lost.
    protected void refuse(SignedLog log) throws Exception {
        log.breakTo(902);
    }

    /// It takes others', as before.
    protected void accept() throws Exception {}

    /// It answers otherwise than it should, until [#comeBack]: of each manner that there is one.
    protected List<Act> manners() {
        throw unexpected("manners");
    }

    private UnsupportedOperationException unexpected(String what) {
        return new UnsupportedOperationException(getClass().getSimpleName() + " has no " + what
                + ": the row that asks for it is to be overridden, with the reason");
    }

    // --- answers and power that go away

    @Test
    protected void anAnswerThatIsLostAfterTheCommitIsFoundOut() throws Exception {
        try (var box = box()) {
            loseAnswers(true);
            box.log.growTo(7);
            box.until("an unknown outcome", () -> box.has("Ambiguous 7"));
            assertTrue(box.relay().trouble().isPresent(), "the cause is shown");
            loseAnswers(false);
            box.untilFinal();
            assertEquals(1, box.power.requests());
            if (remembers(box)) assertEquals(1, box.power.submissions(), "it is asked for, and not sent again");
            assertKept(box, 7L);
        }
    }

    @Test
    protected void aCrashBetweenPrepareAndSubmitSendsTheSameBytes() throws Exception {
        try (var box = box()) {
            box.power.cut(PowerSwitch.When.BEFORE, "submit");
            box.log.growTo(5);
            box.untilPowerIsGone();
            assertEquals(0, box.power.submissions());
            assertTrue(box.has("Prepared 5"));
            box.losePower(1);
            box.untilFinal();
            assertEquals(List.of("Opened", "Prepared 5"), box.entries().subList(0, 2));
            assertEquals(1, prepared(box, 5));
            assertEquals(1, box.power.submissions());
            assertKept(box, 5L);
        }
    }

    @Test
    protected void aCrashBetweenSubmitAndWhatIsWrittenOfItIsFoundOut() throws Exception {
        try (var box = box()) {
            box.power.cut(PowerSwitch.When.AFTER, "submit");
            box.log.growTo(5);
            box.untilPowerIsGone();
            if (remembers(box))
                await("the head on the ledger", () -> lodged(box).contains(5L));
            box.losePower(2);
            box.untilFinal();
            assertEquals(1, prepared(box, 5));
            assertEquals(1, box.power.requests());
            if (remembers(box)) assertEquals(1, box.power.submissions(), "it is asked for first");
            assertKept(box, 5L);
        }
    }

    // --- ledgers that forget

    @Test
    protected void whatAPoolLostGetsThereByTheSameBytes() throws Exception {
        try (var box = box()) {
            hold();
            box.log.growTo(5);
            box.until("the request on its way", () -> box.power.submissions() > 0);
            assertFalse(box.isAnchored());
            forgetPool();
            box.untilFinal();
            assertEquals(1, box.power.requests());
            assertKept(box, 5L);
        }
    }

    @Test
    protected void aBlockThatIsTakenBackIsSeenByItsHash() throws Exception {
        try (var box = box()) {
            var include = fork();
            box.log.growTo(5);
            box.until("the request on its way", () -> box.power.submissions() > 0, () -> {});
            include.run();
            box.until("inclusion", box::isAnchored, () -> {});
            var seen = box.relay().stateOf(4);
            reorganise();
            box.until(
                    "the reorganisation noticed", () -> !seen.equals(box.relay().stateOf(4)), () -> {});
            box.untilFinal();
            assertTrue(box.has("Reorged 5"));
            assertEquals(1, box.power.requests());
            assertKept(box, 5L);
        }
    }

    @Test
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() throws Exception {
        try (var box = box()) {
            box.log.growTo(5);
            box.untilFinal();
            var first = box.relay().firstFinalCovering(0);
            var back = snapshot();
            box.log.growTo(9);
            box.untilFinal();
            back.run();
            box.until("the loss noticed", () -> !box.isFinal());
            assertEquals(first, box.relay().firstFinalCovering(0), "what it still has still counts");
            box.untilFinal();
            assertTrue(box.has("RolledBack 5"));
            assertKept(box, 5L, 9L);
        }
    }

    @Test
    protected void aLedgerMadeAnewGetsNothing() throws Exception {
        try (var box = box()) {
            box.log.growTo(5);
            box.untilFinal();
            box.requireEvidenceOfAll();
            int sent = box.power.submissions();
            recreate();
            box.log.growTo(9);
            // A connection that was kept to the one before may end first, which is a trouble, too.
            box.until(
                    "the alarm",
                    () -> box.relay()
                            .trouble()
                            .filter(trouble -> trouble.cause().contains("another anchorage now"))
                            .isPresent());
            for (int i = 0; i < 5; i++) {
                box.step();
                goOn();
            }
            assertEquals(sent, box.power.submissions());
            if (remembers(box)) assertEquals(List.of(), lodged(box));
        }
    }

    // --- others

    @Test
    protected void anotherHistoryThereStopsTheRelay() throws Exception {
        try (var box = box();
                var other = TorturedBox.of(this, box.log.growTo(9).forkedAt(3))) {
            other.untilFinal();
            box.until("the alarm", () -> box.has("Conflict 9"));
            assertTrue(box.relay().trouble().isPresent());
            assertEquals(0, box.relay().finalSize());
            assertEquals(0, box.power.submissions());
            box.losePower(3);
            for (int i = 0; i < 3; i++) box.step();
            assertEquals(0, box.power.submissions(), "it takes a person");
            assertKept(other, 9L);
        }
    }

    /// Both sign before either sends: where there are nonces, for the same one.
    @Test
    protected void twoRelayersWithOneKeyBothGetThere() throws Exception {
        try (var one = box();
                var other = box()) {
            one.log.growTo(5);
            other.log.growTo(6);
            one.until("a request of the one", () -> one.relay().holds(5));
            other.until("a request of the other", () -> other.relay().holds(6));
            assertEquals(0, one.power.submissions() + other.power.submissions());
            one.until("both final", () -> {
                other.step();
                return one.isFinal() && other.isFinal();
            });
            assertKept(one, 5L);
            assertKept(other, 6L);
        }
    }

    /// It has other entries than those whose heads the ledger holds, and would sign other roots for their sizes.
    @Test
    protected void aBoxThatWasRestoredFromABackupStops() throws Exception {
        try (var box = box()) {
            box.log.growTo(5);
            box.untilFinal();
            try (var restored = box.backup(box.log.growTo(7).forkedAt(5))) {
                box.log.growTo(9);
                box.untilFinal();
                restored.until("the alarm", () -> restored.has("Conflict 7"));
                assertTrue(restored.relay().trouble().isPresent());
                assertEquals(0, restored.relay().finalSize());
                assertEquals(0, restored.power.submissions());
                assertKept(box, 5L, 9L);
            }
        }
    }

    // --- nodes, keys and networks that go away

    @Test
    protected void oneNodeMayBeGone() throws Exception {
        try (var box = box()) {
            var sizes = new ArrayList<Long>();
            for (int turn = 0; turn < inTurn(); turn++) {
                lose(1);
                for (int i = 0; i < 2; i++) {
                    box.log.growTo(box.log.size() + 4);
                    box.untilFinal();
                    sizes.add(box.log.size());
                }
                bringBack();
                // By what comes next it hears what it missed. Before it has that the next one would be one too many.
                do {
                    box.log.growTo(box.log.size() + 4);
                    box.untilFinal();
                    sizes.add(box.log.size());
                } while (!hasCaughtUp());
            }
            assertKept(box, sizes.toArray(Long[]::new));
        }
    }

    @Test
    protected void whatWasSentWhileTooManyWereGoneLandsOnceWhenTheyAreBack() throws Exception {
        try (var box = box()) {
            box.log.growTo(5);
            box.untilFinal();
            lose(tooMany());
            box.log.growTo(8);
            box.until(
                    "a request on its way",
                    () -> box.power.requests() == 2 || !box.setbacks().isEmpty());
            for (int i = 0; i < 5; i++) box.step();
            assertFalse(box.isAnchored());
            bringBack();
            box.untilFinal();
            assertEquals(2, box.power.requests());
            assertKept(box, 5L, 8L);
        }
    }

    @Test
    protected void aKeyThatCannotBeUsedIsWaitedFor() throws Exception {
        try (var box = box()) {
            expire();
            box.log.growTo(5);
            box.until("the alarm", () -> box.relay().trouble().isPresent());
            shown(box.relay().trouble().orElseThrow());
            assertFalse(box.isAnchored());
            renew();
            box.untilFinal();
            assertKept(box, 5L);
        }
    }

    /// Its heads are set aside, the newer ones, too, and hold up nobody else.
    @Test
    protected void whatIsRefusedForGoodIsSetAsideAndHoldsBackNothing() throws Exception {
        try (var box = box();
                var other = box()) {
            box.log.growTo(4);
            box.untilFinal();
            refuse(box.log);
            box.log.growTo(7);
            box.until("the head set aside", () -> box.has("Parked 7"));
            assertTrue(box.relay().trouble().orElseThrow().cause().contains("set aside"));
            box.log.growTo(9);
            box.until("a newer one tried", () -> box.has("Parked 9"));
            accept();
            other.log.growTo(5);
            other.untilFinal();
            assertKept(box, 4L);
            assertKept(other, 5L);
        }
    }

    /// Where nothing tells that nobody is there before a request is signed, what was signed first is lodged, too.
    @Test
    protected void monthsOfBacklogNeedOneLodging() throws Exception {
        try (var box = box()) {
            box.log.growTo(5);
            box.untilFinal();
            int sent = box.power.requests();
            goAway();
            for (int i = 1; i <= 40; i++) {
                box.log.growTo(5 + 25L * i);
                box.step();
            }
            assertTrue(box.relay().trouble().isPresent());
            assertFalse(box.isAnchored());
            comeBack();
            box.untilFinal();
            int requests = box.power.requests() - sent;
            assertTrue(requests == 1 || requests == 2 && !remembers(box), requests + " requests");
            var lodged = lodged(box);
            assertEquals(1005L, lodged.getLast());
            assertKept(box, lodged.toArray(Long[]::new));
        }
    }

    /// A question without an end would end this only by its time limit.
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    protected void whatIsNoAnswerIsASetback() throws Exception {
        deadline = Duration.ofMillis(500);
        try (var box = box()) {
            box.log.growTo(5);
            box.untilFinal();
            var sizes = new ArrayList<>(List.of(5L));
            for (var manner : manners()) {
                manner.run();
                box.log.growTo(box.log.size() + 3);
                box.setbacks();
                box.until("a setback", () -> box.relay().trouble().isPresent());
                comeBack();
                box.untilFinal();
                sizes.add(box.log.size());
            }
            assertTrue(sizes.size() > 1);
            assertKept(box, sizes.toArray(Long[]::new));
        }
    }

    // --- all of it

    /// The short form is over in seconds; scripts/ledgers/torture has it go on for as long as somebody likes. Two boxes
    /// with one account lodge what they seal meanwhile, and lose their power now and then; where records are
    /// published, one of them publishes its own beside.
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // whatever the other rows of a kind may take
    protected void anyFaultAtAnyTime() throws Exception {
        long seed = Long.getLong("sealpost.torture.seed", System.nanoTime() & 0xffff_ffffL);
        long minutes = Long.getLong("sealpost.torture.minutes", 0);
        var time = Duration.ofMinutes(minutes).plus(shortest());
        System.out.println(getClass().getSimpleName() + ": seed " + seed + ", " + time);
        deadline = deadlineAtRandom();
        try {
            new RandomTorture(this, seed).run(time, publishes(minutes > 0) ? Optional.of(files) : Optional.empty());
        } catch (AssertionError | Exception e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /// How long a fault lasts in the random part, and how long there is none, at the mean.
    protected Duration pace() {
        return Duration.ofMillis(150);
    }

    /// Within which an answer must be whole in the random part: one that comes too late is one more fault there.
    protected Duration deadlineAtRandom() {
        return deadline;
    }

    /// Of the random part, where nobody says for how long it is to go on.
    protected Duration shortest() {
        return AT_LEAST;
    }

    // --- what must hold

    /// These and no others, in this order and each once, by the ledger's word and by the box's; and each can be shown.
    private void assertKept(TorturedBox box, Long... sizes) throws Exception {
        assertEquals(List.of(sizes), lodged(box));
        var finals = new TreeSet<Long>();
        for (var lodged : box.relay().newestFinals(Integer.MAX_VALUE))
            finals.add(lodged.head().size());
        assertEquals(new TreeSet<>(List.of(sizes)), finals);
        box.requireEvidenceOfAll();
    }

    final List<Long> lodged(TorturedBox box) throws Exception {
        return remembers(box) ? lodged(box.log.originId()) : box.kept();
    }

    private static long prepared(TorturedBox box, long size) throws Exception {
        return box.entries().stream().filter(("Prepared " + size)::equals).count();
    }

    /// Whether it knows by itself what it took, so that nothing need be sent again.
    private static boolean remembers(TorturedBox box) {
        return !box.capabilities().answersOnce();
    }

    private void await(String what, TorturedBox.Condition condition) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, what + " did not come");
            goOn();
            Thread.sleep(5);
        }
    }

    /// One behind which another may come to stand.
    protected static Anchorage whichever(Supplier<? extends Anchorage> now) {
        return (Anchorage) Proxy.newProxyInstance(
                Anchorage.class.getClassLoader(), new Class<?>[] {Anchorage.class}, (_, method, arguments) -> {
                    try {
                        return method.invoke(now.get(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// Who is opened from here on loses no answer to a busy machine.
    final void bePatient() {
        deadline = PATIENT;
    }

    final boolean answersAreLost() {
        return answersAreLost;
    }

    final TorturedBox box() throws Exception {
        return TorturedBox.of(this, freshLog());
    }

    static SignedLog freshLog() {
        int number = ORIGINS.incrementAndGet();
        return new SignedLog("torture/" + number, 20_000 + number);
    }

    final Random randomOf(long seed) {
        return new Random(seed * 0x9e37_79b9_7f4a_7c15L);
    }
}
