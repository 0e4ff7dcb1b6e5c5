package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.SignedLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

class AskedLedgersTest {
    private final SignedLog log = new SignedLog("asked/log", 4711).growTo(9);
    private final FaultyLedger ledger = new FaultyLedger(1, 2);

    @Test
    void whatLiesWithinTheLogSpeaksAgainstNothing() throws Exception {
        assertEquals(Optional.empty(), against(9));
        ledger.lodgeByAnother(log.head(5));
        assertEquals(Optional.empty(), against(9));
        assertEquals(Optional.empty(), against(5));
        ledger.lodgeByAnother(log.head(9));
        assertEquals(Optional.empty(), against(9));
    }

    @Test
    void aLargerHeadSpeaksAgainstIt() throws Exception {
        ledger.lodgeByAnother(log.head(7));
        assertTrue(against(6).orElseThrow().startsWith("it holds a head of 7 entries, and 6 are sealed here"));
        assertTrue(against(0).orElseThrow().contains("and 0 are sealed here"), "a log without a seal");
    }

    @Test
    void anotherHistorySpeaksAgainstItHoweverLongTheLogIs() throws Exception {
        ledger.lodgeByAnother(log.forkedAt(3).head(7));
        for (long sealed : new long[] {7, 8, 9}) {
            assertTrue(against(sealed).orElseThrow().startsWith("it holds another root for 7 entries"));
        }
    }

    /// That is no answer, neither for nor against.
    @Test
    void whoIsAnotherLedgerOrSaysTwoThingsDoesNotTell() throws Exception {
        ledger.lodgeByAnother(log.head(5));
        var known = Optional.of(ledger.identity());
        ledger.becomeAnother(1);
        var another = assertThrows(AnchorageSetback.class, () -> against(ledger, known, 9));
        assertTrue(another.getMessage().contains("when it was reached first"), another::getMessage);
        ledger.awayFor(1);
        assertThrows(AnchorageSetback.class, () -> against(9));

        var doubtful = new FaultyLedger(1, 2) {
            @Override
            public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
                var found = super.find(origin, size, root);
                return found instanceof Finding.Conflict ? Finding.Absent.EMPTY : found;
            }
        };
        doubtful.lodgeByAnother(log.head(5));
        var said = assertThrows(AnchorageSetback.class, () -> against(doubtful, Optional.empty(), 4));
        assertTrue(said.speaksAgainstTheLog(), "what it said first is no silence");
    }

    /// By the relay's own journal it had more: whoever answers has not come so far.
    @Test
    void whoHoldsLessThanWhatWasFinalThereDoesNotTell() throws Exception {
        ledger.lodgeByAnother(log.head(5));
        var place = ((Finding.Present) ledger.find(log.originId(), 5, log.root(5))).place();
        var was = Optional.of(new FinalHead(5, log.root(5), place, Instant.EPOCH));
        assertEquals(Optional.empty(), AskedLedgers.against(ledger, Optional.empty(), was, sealed(9)));
        ledger.rollBackTo(0);
        var said = assertThrows(
                AnchorageSetback.class, () -> AskedLedgers.against(ledger, Optional.empty(), was, sealed(9)));
        assertTrue(said.getMessage().startsWith("it holds no head, and one of 5 was final there in block 1"));
        ledger.lodgeByAnother(log.head(4));
        said = assertThrows(
                AnchorageSetback.class, () -> AskedLedgers.against(ledger, Optional.empty(), was, sealed(9)));
        assertTrue(said.getMessage().startsWith("it holds a head of 4 entries at most"), said::getMessage);
    }

    /// It did answer: who goes on without the word of a ledger does not go on against it.
    @Test
    void whatALedgerSaysAndNobodyConfirmsIsNeverOverridden(@TempDir Path data) throws Exception {
        var alone = new FaultyLedger(1, 2) {
            @Override
            public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
                if (size == Long.MAX_VALUE) return super.find(origin, size, root);
                throw new AnchorageSetback("no other node says so", "look at the nodes");
            }
        };
        alone.lodgeByAnother(log.head(7));
        var told = new ArrayList<String>();
        var asked = new AskedLedgers(
                data,
                List.of("evm"),
                _ -> new OpenedAnchorage(alone, Optional.empty(), Optional.empty(), "", () -> {}),
                sealed(6));
        for (boolean unasked : List.of(false, true)) {
            var refusal = assertThrows(HsmRefusal.class, () -> asked.require(unasked, told::add));
            assertEquals(HsmCommand.LATER, refusal.exitCode());
            assertTrue(
                    refusal.getMessage().startsWith("evm: it holds a head of 7 entries, and 6"), refusal::getMessage);
            assertTrue(refusal.getMessage().contains("that is not confirmed"), refusal::getMessage);
            assertFalse(refusal.getMessage().contains(AskedLedgers.UNASKED), refusal::getMessage);
        }
        assertEquals(List.of(), told);
        alone.awayFor(1);
        asked.require(true, told::add);
        assertEquals(1, told.size(), "one that does not answer is another matter");
    }

    /// The relay was told, and its ledger is away now.
    @Test
    void whatItsRelayDoubtsIsNotOverriddenEither(@TempDir Path data) throws Exception {
        Files.writeString(
                data.resolve("doubted-evm"),
                "sealpost-doubted 1\nsince 2026-11-28T02:00:00Z\nsaid it holds a head of size 7\n");
        ledger.awayFor(9);
        var asked = new AskedLedgers(
                data,
                List.of("evm"),
                _ -> new OpenedAnchorage(ledger, Optional.empty(), Optional.empty(), "", () -> {}),
                sealed(6));
        var refusal = assertThrows(HsmRefusal.class, () -> asked.require(true, said -> {}));
        assertEquals(HsmCommand.LATER, refusal.exitCode());
        assertTrue(refusal.getMessage().contains("it holds a head of size 7, and does not say"), refusal::getMessage);
        assertFalse(refusal.getMessage().contains(AskedLedgers.UNASKED), refusal::getMessage);
    }

    /// Whoever answers has not come to the block of what it was told.
    @Test
    void whatItsRelayStoppedForIsNotOverriddenByALedgerThatHoldsNothing(@TempDir Path data) throws Exception {
        stopped(data);
        var asked = asked(data, new FaultyLedger(1, 2), 5);
        for (boolean unasked : List.of(false, true)) {
            var refusal = assertThrows(HsmRefusal.class, () -> asked.require(unasked, said -> {}));
            assertEquals(HsmCommand.REFUSED, refusal.exitCode());
            assertTrue(refusal.getMessage().startsWith("evm stopped at size 5"), refusal::getMessage);
            assertTrue(refusal.getMessage().contains("resubmit evm"), refusal::getMessage);
            assertTrue(refusal.getMessage().contains("without an owner is stopped"), refusal::getMessage);
        }
    }

    /// To come again later helps nobody.
    @Test
    void whatItsRelayStoppedForIsRefusedThoughItIsNotConfirmedNow(@TempDir Path data) throws Exception {
        stopped(data);
        var alone = new FaultyLedger(1, 2) {
            @Override
            public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
                if (size == Long.MAX_VALUE) return super.find(origin, size, root);
                throw new AnchorageSetback("no other node says so", "look at the nodes");
            }
        };
        alone.lodgeByAnother(log.head(7));
        for (boolean unasked : List.of(false, true)) {
            var refusal =
                    assertThrows(HsmRefusal.class, () -> asked(data, alone, 5).require(unasked, said -> {}));
            assertEquals(HsmCommand.REFUSED, refusal.exitCode());
            assertTrue(refusal.getMessage().startsWith("evm stopped at size 5"), refusal::getMessage);
            assertTrue(refusal.getMessage().contains("no other node says so"), refusal::getMessage);
        }
    }

    /// The ledger has answered; it is this box that cannot compare.
    @Test
    void whatCannotBeReadHereIsNoSilenceOfTheLedger(@TempDir Path data) throws Exception {
        ledger.lodgeByAnother(log.head(5));
        var told = new ArrayList<String>();
        var failed = new IOException("Input/output error");
        for (Exception each : List.of(failed, new UncheckedIOException(failed))) {
            for (boolean unasked : List.of(false, true)) {
                var asked = asked(data, ledger, sealed(9, each));
                var refusal = assertThrows(HsmRefusal.class, () -> asked.require(unasked, told::add));
                assertEquals(HsmCommand.REFUSED, refusal.exitCode());
                assertTrue(
                        refusal.getMessage()
                                .contains("head of 5 entries, and what this log has there cannot be read:"
                                        + " Input/output error"),
                        refusal::getMessage);
                assertFalse(refusal.getMessage().contains(AskedLedgers.UNASKED), refusal::getMessage);
            }
        }
        // What is beyond this log is not compared with it.
        ledger.lodgeByAnother(log.growTo(12).head(12));
        var beyond = assertThrows(
                HsmRefusal.class, () -> asked(data, ledger, sealed(9, failed)).require(true, told::add));
        assertTrue(beyond.getMessage().contains("a head of 12 entries, and 9 are sealed here"), beyond::getMessage);
        assertEquals(List.of(), told);
    }

    @Test
    void aLedgerIsAskedAlsoWhereItsRelayCannotBeRead(@TempDir Path data) throws Exception {
        spoil(data);
        ledger.lodgeByAnother(log.head(7));
        var told = new ArrayList<String>();
        for (boolean unasked : List.of(false, true)) {
            var refusal =
                    assertThrows(HsmRefusal.class, () -> asked(data, ledger, 6).require(unasked, told::add));
            assertEquals(HsmCommand.REFUSED, refusal.exitCode());
            assertTrue(refusal.getMessage().startsWith("evm: it holds a head of 7 entries"), refusal::getMessage);
        }
        assertTrue(told.getFirst().startsWith("What the relay evm knows cannot be read: "), told::toString);
        asked(data, ledger, 7).require(false, told::add);
    }

    /// What stays of a doubt is its file; the ledger is reached as in a command.
    @Test
    void aDoubtWhoseRelayCannotBeReadIsNotOverridden(@TempDir Path folder) throws Exception {
        var config = GatewayConfig.read(ChainAway.config(folder, 1, ""));
        TokenSetup.initialise(config);
        stopped(config.data());
        spoil(config.data());
        var asked = new AskedLedgers(config, sealed(5));
        var refusal = assertThrows(HsmRefusal.class, () -> asked.require(true, said -> {}));
        assertEquals(HsmCommand.LATER, refusal.exitCode());
        for (var part : List.of(
                "a head of size 7, and this log has come to 5",
                "so the contract's address is not known",
                "0000000000000000.segment",
                "move anchors-evm, and anchored-evm",
                "take it out of the configuration")) {
            assertTrue(refusal.getMessage().contains(part), refusal::getMessage);
        }
        assertFalse(refusal.getMessage().contains(AskedLedgers.UNASKED), refusal::getMessage);

        Files.delete(config.data().resolve("doubted-evm"));
        var told = new ArrayList<String>();
        asked.require(true, told::add);
        assertEquals(2, told.size(), "what cannot be read, and that it is not asked: " + told);
    }

    private AskedLedgers asked(Path data, FaultyLedger ledger, long sealed) {
        return asked(data, ledger, sealed(sealed));
    }

    private static AskedLedgers asked(Path data, FaultyLedger ledger, AskedLedgers.Log log) {
        return new AskedLedgers(
                data,
                List.of("evm"),
                _ -> new OpenedAnchorage(ledger, Optional.empty(), Optional.empty(), "", () -> {}),
                log);
    }

    /// It was told that the ledger holds 7 entries, and its log has 5.
    private static void stopped(Path data) throws Exception {
        var holding = new FaultyLedger(1, 2);
        holding.lodgeByAnother(new SignedLog("asked/log", 4711).growTo(7).head(7));
        StoppedRelay.write(data, "evm", new SignedLog("asked/log", 4711).growTo(5), holding);
    }

    private static void spoil(Path data) throws Exception {
        var segment = data.resolve("anchors-evm/0000000000000000.segment");
        Files.createDirectories(segment.getParent());
        Files.writeString(segment, "no segment\n".repeat(1000));
    }

    private Optional<String> against(long sealed) throws Exception {
        return against(ledger, Optional.empty(), sealed);
    }

    private Optional<String> against(FaultyLedger asked, Optional<AnchorIdentity> known, long sealed) throws Exception {
        return AskedLedgers.against(asked, known, Optional.empty(), sealed(sealed));
    }

    private AskedLedgers.Log sealed(long size) {
        return new AskedLedgers.Log() {
            @Override
            public OriginId originId() {
                return log.originId();
            }

            @Override
            public long sealedSize() {
                return size;
            }

            @Override
            public Hash root(long of) {
                assertTrue(of >= 1 && of <= size, "nobody has a root of " + of + " entries");
                return log.root(of);
            }
        };
    }

    /// One whose tree the disk does not give.
    private AskedLedgers.Log sealed(long size, Exception failed) {
        var whole = sealed(size);
        return new AskedLedgers.Log() {
            @Override
            public OriginId originId() {
                return whole.originId();
            }

            @Override
            public long sealedSize() {
                return whole.sealedSize();
            }

            @Override
            public Hash root(long of) throws IOException {
                if (failed instanceof IOException io) throw io;
                throw (RuntimeException) failed;
            }
        };
    }
}
