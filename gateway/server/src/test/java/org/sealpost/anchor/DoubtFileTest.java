package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

class DoubtFileTest {
    private static final Doubt DOUBT = new Doubt("it holds a head of size 5", Instant.parse("2026-11-28T02:00:00Z"));

    @TempDir
    private Path data;

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void isReadAsItWasWrittenUntilItIsRemoved() throws Exception {
        var file = DoubtFile.of(data, "evm");
        assertEquals(Optional.empty(), file.read());
        file.remove();
        file.write(DOUBT);
        assertEquals(Optional.of(DOUBT), DoubtFile.of(data, "evm").read());
        assertEquals(
                "sealpost-doubted 1\nsince 2026-11-28T02:00:00Z\nsaid it holds a head of size 5\n",
                Files.readString(data.resolve("doubted-evm")));
        assertEquals(Optional.empty(), DoubtFile.of(data, "other").read());
        file.remove();
        assertEquals(Optional.empty(), file.read());
    }

    @Test
    void whatOthersSaidIsOneLine() throws Exception {
        var file = DoubtFile.of(data, "evm");
        file.write(new Doubt("two\nlines", DOUBT.since()));
        assertEquals("two?lines", file.read().orElseThrow().said());
    }

    /// Nothing is sealed for want of words.
    @ParameterizedTest
    @ValueSource(strings = {"", "sealpost-doubted 2\n", "sealpost-doubted 1\nsince yesterday\nsaid so\n"})
    void whateverStandsThereIsADoubt(String text) throws Exception {
        Files.writeString(data.resolve("doubted-evm"), text);
        var found = DoubtFile.of(data, "evm").read().orElseThrow();
        assertTrue(found.said().contains("is not what the gateway writes"), found.said());
    }

    @Test
    void whatCannotBeReadIsADoubt() throws Exception {
        Files.createDirectory(data.resolve("doubted-evm"));
        assertTrue(DoubtFile.of(data, "evm").read().isPresent());
        Files.createSymbolicLink(data.resolve("doubted-gone"), data.resolve("nowhere"));
        assertTrue(DoubtFile.of(data, "gone").read().isPresent());
    }

    /// A disk that fails does not say that there is none; a loop of links is what a test can have of that.
    @Test
    void whatTheDiskDoesNotTellIsADoubt() throws Exception {
        var loop = Files.createSymbolicLink(data.resolve("loop"), data.resolve("loop"));
        assertTrue(DoubtFile.of(loop, "evm").read().isPresent());
        assertEquals(
                Optional.empty(), DoubtFile.of(data.resolve("nowhere"), "evm").read());
    }

    /// The whole relay, over the disk: its ledger says so, and is away when the next process begins.
    @Test
    void aRelayIsInDoubtFromItsFirstMoment() throws Exception {
        var log = new SignedLog("doubt/log", 1).growTo(5);
        var ledger = unconfirmed();
        assertEquals(Agreement.DOUBTED, stepped(ledger, log).agreement());
        ledger.awayFor(1000);
        var next = opened(ledger, log);
        assertEquals(Agreement.DOUBTED, next.agreement());
        assertTrue(next.trouble().orElseThrow().cause().contains("a head of size 7, and this log has come to 5"));
        ledger.awayFor(0);
        log.growTo(7);
        assertEquals(Agreement.AGREES, stepped(ledger, log).agreement());
        assertEquals(Agreement.NOT_ASKED, opened(ledger, log).agreement());
    }

    /// Its journal is gone when the next process begins.
    @Test
    void aConflictIsADoubtWhereItsJournalIsGone() throws Exception {
        var ledger = new FaultyLedger(1, 2);
        ledger.lodgeByAnother(new SignedLog("doubt/log", 1).growTo(7).head(7));
        assertEquals(
                Agreement.CONTRADICTS,
                stepped(ledger, new SignedLog("doubt/log", 1).growTo(5)).agreement());
        ledger.awayFor(1000);
        assertEquals(
                Agreement.DOUBTED,
                opened(ledger, new SignedLog("doubt/log", 1).growTo(5)).agreement());
    }

    /// It stays for minutes while the relay runs. Whoever comes behind it finds none.
    @Test
    void aDoubtThatEndedIsGoneBehindAnOrderlyEnd() throws Exception {
        var log = new SignedLog("doubt/log", 1).growTo(5);
        var ledger = unconfirmed();
        var relay = stepped(ledger, log);
        assertEquals(Agreement.DOUBTED, relay.agreement());
        relay.end();
        assertTrue(DoubtFile.of(data, "evm").read().isPresent(), "it has not ended");
        opened(ledger, log.growTo(7)).end();
        assertTrue(DoubtFile.of(data, "evm").read().isPresent(), "nobody was asked");
        DoubtFile.of(data, "evm").remove();
        var running = doubting(ledger);
        assertEquals(Agreement.AGREES, running.agreement());
        assertTrue(DoubtFile.of(data, "evm").read().isPresent(), "it was written a moment ago");
        running.end();
        assertEquals(Optional.empty(), DoubtFile.of(data, "evm").read());
    }

    /// It holds more than this log, and nobody else says so.
    private static FaultyLedger unconfirmed() {
        var ledger = new FaultyLedger(1, 2) {
            @Override
            public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
                var found = super.find(origin, size, root);
                if (found instanceof Finding.Conflict) {
                    throw new AnchorageSetback("nobody else says so", "wait").againstTheLog();
                }
                return found;
            }
        };
        ledger.lodgeByAnother(new SignedLog("doubt/log", 1).growTo(7).head(7));
        return ledger;
    }

    /// One that doubted, and agrees now.
    private Relay doubting(FaultyLedger ledger) throws Exception {
        var log = new SignedLog("doubt/log", 1).growTo(5);
        var relay = stepped(ledger, log);
        assertEquals(Agreement.DOUBTED, relay.agreement());
        log.growTo(7);
        for (int i = 0; i < 100 && relay.agreement() != Agreement.AGREES; i++) {
            try {
                relay.step();
            } catch (AnchorageSetback e) {
                // It says so, and waits.
            }
            nanos.addAndGet(Duration.ofMillis(50).toNanos());
        }
        return relay;
    }

    private Relay stepped(FaultyLedger ledger, SignedLog log) throws Exception {
        var relay = opened(ledger, log);
        try {
            relay.step();
        } catch (AnchorageSetback e) {
            // It says so, and waits.
        }
        return relay;
    }

    private Relay opened(FaultyLedger ledger, SignedLog log) throws Exception {
        var journal = Journal.open(
                new FaultyDisk(), new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16), 0);
        return Relay.open(
                RelayConfig.of("evm").withClocks(() -> DOUBT.since().plusNanos(nanos.get()), nanos::get),
                journal,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(DoubtFile.of(data, "evm")),
                ledger,
                log);
    }
}
