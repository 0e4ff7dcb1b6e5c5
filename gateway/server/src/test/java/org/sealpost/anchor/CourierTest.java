package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Courier.Outcome;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.OriginId;

class CourierTest {
    private static final int LOOKS = 20;

    @TempDir
    private Path folder;

    private CarriedHeads log;
    private final FaultyLedger ledger = new FaultyLedger(1, 2);

    @BeforeEach
    void makeLog() throws Exception {
        log = new CarriedHeads(folder.resolve("log"), "carried/heads", 31, 900);
    }

    /// Each look at the chain takes it a block further.
    private Courier courier() {
        return courier(Optional.empty());
    }

    private Courier courier(Optional<AnchorIdentity> known) {
        int[] looks = {0};
        return new Courier(ledger, known, () -> {
            ledger.mine();
            return ++looks[0] < LOOKS;
        });
    }

    private Outcome lodge(HeadFile file) throws Exception {
        return courier().lodge(file);
    }

    private OriginId originId() {
        return OriginId.of(log.key.spki(), log.identity.origin());
    }

    private void refused(String why, String remedy, Outcome outcome) {
        var found = assertInstanceOf(Outcome.Refused.class, outcome);
        assertTrue(found.cause().contains(why), found::toString);
        assertTrue(found.remedy().contains(remedy), found::toString);
    }

    @Test
    void aHeadIsLodgedOnceHoweverOftenItIsBrought() throws Exception {
        assertInstanceOf(Outcome.Lodged.class, lodge(log.file(300)));
        assertEquals(log.tree.root(300), ledger.lodged(originId()).get(300L));
        assertInstanceOf(Outcome.WasThere.class, lodge(log.file(300)));
        assertEquals(1, ledger.offered());
        assertInstanceOf(Outcome.Lodged.class, lodge(log.file(700, 300L)));
        assertEquals(new Outcome.Covered(700), lodge(log.file(500, 300L)));
        assertEquals(2, ledger.offered());
    }

    @Test
    void withoutAProofFromWhatIsThereItSaysFromWhereOneIsNeeded() throws Exception {
        lodge(log.file(300));
        refused("the head of 300 entries", "--from 300", lodge(log.file(700, 200L, 400L)));
        assertEquals(1, ledger.offered(), "nothing was sent");
        assertInstanceOf(Outcome.Lodged.class, lodge(log.file(700, 200L, 300L, 400L)));
    }

    @Test
    void aProofThatDoesNotLeadFromWhatIsThereIsRefusedBeforeAnythingIsSent() throws Exception {
        lodge(log.file(300));
        var good = log.file(700, 300L);
        var path = log.tree.consistency(299, 700);
        var wrong = new HeadFile(
                good.checkpoint(), good.genesis(), List.of(), List.of(), List.of(new HeadFile.From(300, path)));
        refused("does not prove that its log continues", "two histories", lodge(wrong));
        assertEquals(1, ledger.offered());
    }

    /// The box was restored from a backup, and went on another way.
    @Test
    void anotherHistoryIsRefusedBeforeAnythingIsSent() throws Exception {
        lodge(log.file(300));
        var other = new CarriedHeads(folder.resolve("other"), "carried/heads", 31, 900, 200);
        refused("another root for 300 entries", "two histories", lodge(other.file(300)));
        refused("does not prove that its log continues", "two histories", lodge(other.file(700, 300L)));
        assertEquals(1, ledger.offered());
    }

    @Test
    void aFileThatDoesNotHoldIsRefusedBeforeTheLedgerIsAsked() throws Exception {
        var impostor = new CarriedHeads(folder.resolve("impostor"), "carried/heads", 32, 900);
        var good = log.file(300);
        ledger.awayFor(1);
        var wrong = new HeadFile(impostor.file(300).checkpoint(), good.genesis(), List.of(), List.of(), List.of());
        refused("not signed by the log's key", "export it", lodge(wrong));
        refused("away", "nothing was sent", lodge(good));
        assertEquals(0, ledger.offered());
    }

    @Test
    void anotherChainUnderTheSameNameGetsNothing() throws Exception {
        var known = Optional.of(ledger.identity());
        assertInstanceOf(Outcome.Lodged.class, courier(known).lodge(log.file(300)));
        ledger.becomeAnother(1);
        refused(
                "it is another one than this box reached first: ",
                "nothing was sent",
                courier(known).lodge(log.file(700, 300L)));
        assertEquals(1, ledger.offered());
    }

    @Test
    void whatIsRefusedForGoodIsToldInItsWords() throws Exception {
        ledger.refusing(true);
        refused("refused", "", lodge(log.file(300)));
    }

    @Test
    void aLostAnswerAndALostRequestAreAskedFor() throws Exception {
        ledger.loseNext(true);
        assertInstanceOf(Outcome.Lodged.class, lodge(log.file(300)));
        ledger.loseNext(false);
        assertInstanceOf(Outcome.Lodged.class, lodge(log.file(700, 300L)));
        assertEquals(1, ledger.offeredFor(300));
        assertEquals(1, ledger.offeredFor(700), "the same bytes again");
    }

    /// The block comes after the ledger was asked for the head, and before it is asked for the request.
    @Test
    void aHeadThatComesBetweenTwoQuestionsIsLodged() throws Exception {
        var quick = new FaultyLedger(1, 2) {
            @Override
            public RequestState status(SignedRequest request) throws AnchorageSetback {
                for (int block = 0; block < 4; block++) mine();
                return super.status(request);
            }
        };
        var lodged = assertInstanceOf(
                Outcome.Lodged.class, new Courier(quick, Optional.empty(), () -> false).lodge(log.file(300)));
        assertTrue(lodged.isFinal(), lodged::toString);
        assertEquals(1, quick.offered());
    }

    /// The chain goes away at the worst moment, and whoever ran it runs it again.
    @Test
    void whereNothingCanBeKnownItSaysSoAndRunAgainItIsHarmless() throws Exception {
        var away = new Courier(ledger, Optional.empty(), () -> false);
        ledger.loseNext(true);
        assertInstanceOf(Outcome.Unknown.class, away.lodge(log.file(300)));
        assertInstanceOf(Outcome.Lodged.class, lodge(log.file(300)));
        assertEquals(List.of(300L), List.copyOf(ledger.lodged(originId()).keySet()));
    }

    /// A chain that takes blocks back, forgets its pool, loses requests and answers: whatever happens, heads
    /// come in order, none twice, and at the end all of them are there.
    @Test
    void unkindChainsTakeEachHeadOnce() throws Exception {
        for (long seed = 0; seed < 30; seed++) {
            var unkind = new FaultyLedger(seed, 3).unkind(true);
            long held = 0;
            for (long size : new long[] {50, 300, 301, 900}) {
                for (int tries = 0; ; tries++) {
                    assertTrue(tries < 200, "seed " + seed + ": " + unkind);
                    int[] looks = {0};
                    var outcome = new Courier(unkind, Optional.empty(), () -> {
                                unkind.tick();
                                return ++looks[0] < 5;
                            })
                            .lodge(held == 0 ? log.file(size) : log.file(size, 50L, 300L, 301L));
                    // One that may be taken back is brought again.
                    if (outcome instanceof Outcome.WasThere(var _, var isFinal) && isFinal) break;
                    unkind.tick();
                }
                held = size;
            }
            var lodged = unkind.lodged(originId());
            assertEquals(List.of(50L, 300L, 301L, 900L), List.copyOf(lodged.keySet()), "seed " + seed);
        }
    }

    @Test
    void theLocalLedgerTakesItToo() throws Exception {
        var config = new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
        var local = LocalLedger.open(Journal.open(new FaultyDisk(), config, 0));
        var courier = new Courier(local, Optional.of(local.identity()), () -> false);
        assertInstanceOf(Outcome.Lodged.class, courier.lodge(log.file(300)));
        assertInstanceOf(Outcome.Lodged.class, courier.lodge(log.file(700, 300L)));
        assertEquals(new Outcome.Covered(700), courier.lodge(log.file(400, 300L)));
    }
}
