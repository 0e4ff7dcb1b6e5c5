package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalFailed;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;

class ReplacedRequestsTest {
    private static final OriginId ORIGIN = new OriginId(Hash.ofHex("aa".repeat(32)));
    private static final JournalConfig JOURNAL =
            new JournalConfig("replaced-port", 1 << 18, ReplacedRequests.MAX_ENTRY_SIZE_BYTES, 1 << 17);

    private final FaultyDisk disk = new FaultyDisk();

    private static SignedRequest request(int number, int size) {
        byte[] bytes = new byte[size];
        bytes[0] = (byte) number;
        return new SignedRequest(Merkle.leafHash(bytes), OptionalLong.of(7), bytes);
    }

    private static ReplacedEntry.Replaced entry(SignedRequest first, SignedRequest dearer) {
        return new ReplacedEntry.Replaced(Instant.ofEpochMilli(1_800_000_000_000L), first.id(), dearer);
    }

    private ReplacedRequests open() throws IOException {
        disk.kill();
        return ReplacedRequests.open("port", Journal.open(disk, JOURNAL, 0));
    }

    private static void make(ReplacedRequests requests, SignedRequest first, SignedRequest dearer) throws IOException {
        requests.write(ORIGIN, entry(first, dearer));
        requests.newest().apply(entry(first, dearer));
    }

    /// docs/formats.md §28.
    @Test
    void theBytesOfAnEntry() throws Exception {
        var opened = new ReplacedEntry.Opened("port", ORIGIN);
        assertEquals(
                "8471" + HexFormat.of().formatHex("sealpost-replaced".getBytes()) + "01" + "64706f7274" + "5820"
                        + "aa".repeat(32),
                HexFormat.of().formatHex(opened.toBytes()));
        var request = new SignedRequest(Hash.ofHex("cc".repeat(32)), OptionalLong.of(7), new byte[] {1, 2, 3});
        var entry =
                new ReplacedEntry.Replaced(Instant.ofEpochMilli(0x0123456789L), Hash.ofHex("bb".repeat(32)), request);
        assertEquals(
                "86" + "01" + "1b0000000123456789" + "5820" + "bb".repeat(32) + "5820" + "cc".repeat(32) + "07"
                        + "43010203",
                HexFormat.of().formatHex(entry.toBytes()));
        for (ReplacedEntry each : List.of(opened, entry)) assertEquals(each, ReplacedEntry.read(each.toBytes()));
        byte[] whole = entry.toBytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThrows(CborMalformed.class, () -> ReplacedEntry.read(cut));
        }
        whole[1] = 2;
        assertThrows(CborMalformed.class, () -> ReplacedEntry.read(whole), "another type");
    }

    @Test
    void theRowOfTheNewestRequestIsThereAgain() throws Exception {
        var requests = open();
        assertEquals(
                List.of(request(1, 10)), requests.newest().row(request(1, 10)).requests());
        make(requests, request(1, 10), request(2, 10));
        make(requests, request(1, 10), request(3, 10));
        var row = open().newest().row(request(1, 10));
        assertEquals(List.of(request(1, 10), request(2, 10), request(3, 10)), row.requests());
        assertEquals(request(3, 10), row.dearest());
        make(open(), request(4, 10), request(5, 10));
        assertFalse(open().newest().row(request(1, 10)).hasGrown(), "of another request it means nothing any more");
        assertEquals(request(5, 10), open().newest().row(request(4, 10)).dearest());
    }

    /// Of each only what is not under way any more; entry 0 goes with the others.
    @Test
    void whatIsOfEarlierRequestsIsGivenUp() throws Exception {
        var requests = open();
        for (int first = 1; first < 60; first += 2) {
            make(requests, request(first, 30_000), request(first + 1, 30_000));
        }
        disk.kill();
        var journal = Journal.open(disk, JOURNAL, 0);
        assertTrue(journal.firstIndex() > 0);
        assertTrue(journal.bytesOnDisk() <= 4 * JOURNAL.segmentSizeBytes(), journal.bytesOnDisk() + " bytes");
        var again = ReplacedRequests.open("port", journal);
        assertEquals(
                request(60, 30_000), again.newest().row(request(59, 30_000)).dearest());
        make(again, request(61, 10), request(62, 10));
        assertEquals(request(62, 10), open().newest().row(request(61, 10)).dearest());
    }

    /// The entry is durable, and what could not be given up is by the next one.
    @Test
    void aDiskThatDoesNotGiveUpWhatIsOldEndsNothing() throws Exception {
        int kept = 0;
        for (int count = 0; count < 8; count++) {
            var box = new ReplacedRequestsTest();
            var requests = box.open();
            int first = 1;
            for (; first < 59; first += 2) make(requests, request(first, 30_000), request(first + 1, 30_000));
            box.disk.failAfter(FaultyDisk.Call.OPEN, count);
            for (; first < 99; first += 2) {
                try {
                    make(requests, request(first, 30_000), request(first + 1, 30_000));
                } catch (JournalFailed e) {
                    break; // what was appended may not be durable
                }
            }
            if (first < 99) continue;
            kept++;
            var row = box.open().newest().row(request(97, 30_000));
            assertEquals(request(98, 30_000), row.dearest());
        }
        assertTrue(kept > 0);
    }

    @Test
    void anothersJournalIsRefused() throws Exception {
        make(open(), request(1, 10), request(2, 10));
        disk.kill();
        var other =
                assertThrows(IOException.class, () -> ReplacedRequests.open("customs", Journal.open(disk, JOURNAL, 0)));
        assertTrue(other.getMessage().contains("expected customs"), other.getMessage());
        var stranger = new OriginId(Hash.ofHex("ab".repeat(32)));
        var opened = open();
        var refused =
                assertThrows(IOException.class, () -> opened.write(stranger, entry(request(1, 10), request(3, 10))));
        assertTrue(refused.getMessage().contains("move it away"), refused.getMessage());
    }

    @Test
    void oneThatIsInABlockStandsForAllAndOneThatWaitsKeepsTheRowOpen() {
        var unknown = new RequestState.Unknown();
        var pooled = new RequestState.Pooled();
        var lost = new RequestState.CannotLand("used");
        var included = new RequestState.Included(new org.sealpost.lodging.Place(1, Hash.ofHex("dd".repeat(32))));
        assertEquals(included, state(lost, included, unknown).together());
        assertEquals(pooled, state(pooled, lost).together());
        assertEquals(unknown, state(lost, unknown).together());
        assertEquals(lost, state(lost, lost).together());
        assertTrue(state(pooled, unknown).lacksTheDearest());
        assertFalse(state(unknown, pooled).lacksTheDearest());
        assertFalse(state(included, unknown).lacksTheDearest());
    }

    private static RequestRow.State state(RequestState... each) {
        return new RequestRow.State(List.of(each));
    }
}
