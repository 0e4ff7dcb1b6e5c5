package org.sealpost.chaincode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingCase.Brought;
import org.sealpost.lodging.LodgingRequest;
import org.sealpost.lodging.LodgingRules.Refusal;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

class SealpostChaincodeTest {
    private final MemoryLedger ledger = new MemoryLedger();

    /// The file that the contract on EVM chains, and the rules in Java, are held to.
    @Test
    void answersEachCaseAsItSays() throws Exception {
        int count = 0;
        for (var each : LodgingCase.read()) {
            for (int i = 0; i < each.brought().size(); i++) {
                var brought = each.brought().get(i);
                assertEquals(brought.answer(), answer(lodge(brought)), each.name() + ", lodging " + i);
                count++;
            }
            var id = each.brought().getFirst().originId();
            assertEquals(each.newest(), newest(id), each.name());
            assertEquals(each.hops(), hops(id), each.name());
            for (var key : each.keys().entrySet()) {
                byte[] spki = ledger.call("keyAt", id.toString(), Long.toString(key.getKey()))
                        .payload();
                assertEquals(
                        key.getValue(), HexFormat.of().formatHex(spki, spki.length - 64, spki.length), each.name());
            }
        }
        assertTrue(count > 98, count + " lodgings");
    }

    /// Two calls of one block collide where one wrote what the other read (docs/relay.md §9.2).
    @Test
    void readsAndWritesWhatItMust() throws Exception {
        var heads = lodged("heads of one history, whatever their sizes");
        var id = heads.getFirst().originId();
        var first = lodge(heads.get(0));
        assertEquals(Set.of(head(id, 2), newestKey(id)), first.reads());
        assertEquals(
                Set.of(head(id, 2), newestKey(id), keysKey(id)), first.writes().keySet());
        var second = lodge(heads.get(1));
        assertEquals(Set.of(head(id, 3), head(id, 2), newestKey(id), keysKey(id)), second.reads());
        assertEquals(Set.of(head(id, 3), newestKey(id)), second.writes().keySet());
        var repeated = lodge(heads.get(0));
        assertEquals("repeated", repeated.text());
        assertEquals(Set.of(head(id, 2)), repeated.reads());
        assertEquals(Map.of(), repeated.writes());
        assertEquals(Map.of(), repeated.events());
    }

    @Test
    void onlyHandOversWriteTheKeysAgain() throws Exception {
        var log = rotated();
        for (var brought : log) {
            var called = lodge(brought);
            assertEquals("lodged", called.text());
            boolean isFirst = brought == log.getFirst();
            boolean rotates = !brought.hops().steps().isEmpty();
            assertEquals(isFirst || rotates, called.writes().containsKey(keysKey(brought.originId())));
            assertEquals(Set.of(rotates ? "rotated" : "lodged"), called.events().keySet());
        }
    }

    /// As listeners read it: docs/formats.md §25.
    @Test
    void saysWhatItLodgedAndWhoSealsFromWhereOn() throws Exception {
        for (var brought : rotated()) {
            var called = lodge(brought);
            var in = new CborReader(called.events().values().iterator().next()).arrayOf(2);
            var id = brought.originId();
            assertArrayEquals(ledger.state.get(head(id, brought.size())), in.item());
            int count = in.array(16);
            assertEquals(brought.hops().steps().size(), count);
            var indexes = hops(id);
            for (int i = 0; i < count; i++) {
                int number = indexes.size() - count + i + 1;
                long index = in.arrayOf(3).expect(number).unsigned();
                assertEquals(indexes.get(number - 1), index);
                byte[] key = ledger.call("keyAt", id.toString(), Long.toString(index + 1))
                        .payload();
                assertArrayEquals(key, in.fixed(91));
            }
            in.end();
        }
    }

    /// What the verifier of a proof demands, byte for byte: docs/formats.md §23.
    @Test
    void theStateOfAHeadIsTheAnswerOfRootAtAndItsOnlyRead() throws Exception {
        var brought = lodged("heads of one history, whatever their sizes").getFirst();
        lodge(brought);
        var id = brought.originId();
        var state = new CborWriter().array(5).text("sealpost-lodged").integer(1);
        state.bytes(id.value().toBytes()).integer(2).bytes(brought.root().toBytes());
        var called = ledger.call("rootAt", id.toString(), "2");
        assertEquals(200, called.status());
        assertArrayEquals(state.toBytes(), called.payload());
        assertArrayEquals(state.toBytes(), ledger.state.get("h~" + id + "~0000000000000000002"));
        assertEquals(Set.of(head(id, 2)), called.reads());
        assertEquals(Map.of(), called.writes());
        assertArrayEquals(state.toBytes(), ledger.call("newest", id.toString()).payload());
    }

    @Test
    void findTellsBothAsOfOneBlock() throws Exception {
        var heads = lodged("heads of one history, whatever their sizes");
        var id = heads.getFirst().originId();
        assertArrayEquals(new CborWriter().array(2).nil().nil().toBytes(), find(id, 2));
        lodge(heads.get(0));
        lodge(heads.get(1));
        byte[] two = ledger.state.get(head(id, 2));
        byte[] three = ledger.state.get(head(id, 3));
        assertArrayEquals(new CborWriter().array(2).item(two).item(three).toBytes(), find(id, 2));
        assertArrayEquals(new CborWriter().array(2).nil().item(three).toBytes(), find(id, Long.MAX_VALUE));
    }

    @Test
    void anUnknownOriginHasNothing() {
        var id = "0".repeat(64);
        for (var function : List.of("newest", "rootAt", "keyAt")) {
            var called = function.equals("newest") ? ledger.call(function, id) : ledger.call(function, id, "2");
            assertEquals(200, called.status());
            assertEquals(0, called.payload().length);
        }
        assertArrayEquals(
                new CborWriter().array(2).nil().array(0).toBytes(),
                ledger.call("hops", id).payload());
    }

    @Test
    void saysByWhichRulesItTakesHeads() {
        assertEquals("2", ledger.call("version").text());
    }

    @Test
    void aConflictIsToldByTheWord() throws Exception {
        var refused = new ArrayList<String>();
        for (var each : LodgingCase.read()) {
            for (var brought : each.brought()) {
                var called = lodge(brought);
                if (brought.answer().equals(Refusal.CONFLICT.word())) refused.add(called.message());
                else assertTrue(called.status() == 200 || !called.message().contains("conflict"), called.message());
            }
        }
        assertTrue(
                !refused.isEmpty() && refused.stream().allMatch(why -> why.startsWith("conflict: ")),
                () -> refused + "");
    }

    @Test
    void badCallsAreRefusedWithASentence() throws Exception {
        var id = "a".repeat(64);
        refused("there is no such function", ledger.call("Lodge"));
        refused("there is no such function", ledger.call(""));
        refused("no function is named", ledger.call(List.of()));
        refused("1 are wanted, and not 0", ledger.call("lodge"));
        refused("2 are wanted, and not 1", ledger.call("rootAt", id));
        refused("0 are wanted, and not 1", ledger.call("version", ""));
        refused("64 hex digits", ledger.call("newest", "A".repeat(64)));
        refused("64 hex digits", ledger.call("newest", "a".repeat(63)));
        refused("it has 65 bytes, allowed are 64", ledger.call("newest", "a".repeat(65)));
        for (var size : List.of("0", "", "-1", "+2", "02", "2 ", "9223372036854775808", "1e3", "٢")) {
            refused("a size is a number", ledger.call("rootAt", id, size));
        }
        refused("not a lodging", ledger.call("lodge", new byte[0]));
        refused("not a lodging", ledger.call("lodge", new byte[LodgingRequest.MAX_SIZE_BYTES]));
        refused("it has 65537 bytes", ledger.call("lodge", new byte[LodgingRequest.MAX_SIZE_BYTES + 1]));
        var name = new byte[] {(byte) 0xff, (byte) 0xfe};
        refused("there is no such function", ledger.call(List.of(name)));
    }

    @Test
    void aLodgingOfAnyOtherFormIsRefused() throws Exception {
        var good = lodged("heads of one history, whatever their sizes").getFirst();
        byte[] bytes = request(good).toBytes();
        refused("not a lodging", ledger.call("lodge", Arrays.copyOf(bytes, bytes.length - 1)));
        refused("not a lodging", ledger.call("lodge", Arrays.copyOf(bytes, bytes.length + 1)));
        // The prefix of an SPKI; behind it is the point, which the signature needs.
        byte[] key = good.spki();
        key[5] ^= 1;
        refused(
                "first key is not an SPKI",
                ledger.call("lodge", with(good, key, List.of()).toBytes()));
        key = good.spki();
        key[90] ^= 1;
        refused("bad signature", ledger.call("lodge", with(good, key, List.of()).toBytes()));
        var many = Collections.nCopies(65, good.root());
        refused(
                "array of 65",
                ledger.call("lodge", with(good, good.spki(), many).toBytes()));
        assertEquals(Map.of(), ledger.state);
    }

    /// Whatever comes: 200 or 400, and what is written is what the good one writes. (Of a later hop's request nobody
    /// looks at the genesis, so such a one may be altered.)
    @Test
    void alteredLodgingsAreNeverTakenNorThrow() throws Exception {
        var random = new Random(46);
        for (var brought : rotated()) {
            var before = ledger.copy();
            assertEquals("lodged", lodge(brought).text());
            byte[] bytes = request(brought).toBytes();
            for (int i = 0; i < 400; i++) {
                byte[] altered = bytes.clone();
                altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
                var tried = before.copy();
                var called = tried.call("lodge", altered);
                assertTrue(called.status() == 400 || called.status() == 200, called.message());
                var expected = called.writes().isEmpty() ? before : ledger;
                assertEquals(expected.hex(), tried.hex(), HexFormat.of().formatHex(altered));
            }
        }
    }

    /// Nobody else writes there: a word of the chaincode on it would be a guess.
    @Test
    void aStateThatCannotBeReadIsNoAnswer() throws Exception {
        var heads = lodged("heads of one history, whatever their sizes");
        var id = heads.getFirst().originId();
        lodge(heads.get(0));
        for (var key : List.of(head(id, 2), newestKey(id), keysKey(id))) {
            byte[] was = ledger.state.put(key, new byte[] {1, 2});
            assertThrows(IllegalStateException.class, () -> lodge(heads.get(1)), key);
            ledger.state.put(key, was);
        }
        assertEquals("lodged", lodge(heads.get(1)).text());
    }

    private MemoryLedger.Called lodge(Brought brought) {
        return ledger.call("lodge", request(brought).toBytes());
    }

    private static LodgingRequest request(Brought of) {
        return new LodgingRequest(
                of.origin(), of.size(), of.root(), of.spki(), of.signature(), of.consistency(), of.hops());
    }

    private static LodgingRequest with(Brought of, byte[] key, List<Hash> consistency) {
        return new LodgingRequest(
                of.origin(), of.size(), of.root(), key, of.signature(), consistency, KeyProof.Hops.NONE);
    }

    private static String answer(MemoryLedger.Called called) {
        if (called.status() == 200) return called.text();
        assertEquals(400, called.status());
        return called.message().substring(0, called.message().indexOf(':'));
    }

    private static void refused(String why, MemoryLedger.Called called) {
        assertEquals(400, called.status());
        assertTrue(called.message().contains(why), called.message());
        assertEquals(Map.of(), called.writes());
        assertEquals(Map.of(), called.events());
    }

    private static List<Brought> lodged(String name) throws Exception {
        var all = LodgingCase.read().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        return all.brought().stream()
                .filter(each -> each.answer().equals("lodged"))
                .toList();
    }

    /// Heads of one log in their order: one hand-over, then two more.
    private static List<Brought> rotated() throws Exception {
        return lodged("hand-overs in two calls, and once more with each");
    }

    private byte[] find(OriginId id, long size) {
        return ledger.call("find", id.toString(), Long.toString(size)).payload();
    }

    private long newest(OriginId id) throws Exception {
        byte[] state = ledger.call("newest", id.toString()).payload();
        if (state.length == 0) return 0;
        var in = new CborReader(state).arrayOf(5).expect("sealpost-lodged").expect(1);
        in.fixed(32);
        return in.unsigned();
    }

    private List<Long> hops(OriginId id) throws Exception {
        var in = new CborReader(ledger.call("hops", id.toString()).payload()).arrayOf(2);
        if (!in.nil()) in.fixed(32);
        var indexes = new ArrayList<Long>();
        for (int left = in.array(256); left > 0; left--) indexes.add(in.unsigned());
        return indexes;
    }

    private static String head(OriginId id, long size) {
        return "h~%s~%019d".formatted(id, size);
    }

    private static String newestKey(OriginId id) {
        return "n~" + id;
    }

    private static String keysKey(OriginId id) {
        return "k~" + id;
    }
}
