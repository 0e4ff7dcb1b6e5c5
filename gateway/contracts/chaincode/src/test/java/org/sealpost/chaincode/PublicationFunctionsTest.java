package org.sealpost.chaincode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingRequest;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.lodging.PublishingCase;
import org.sealpost.lodging.PublishingCase.Offered;
import org.sealpost.lodging.PublishingCase.Step;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

class PublicationFunctionsTest {
    private static final String ALL_KINDS = "numbers in any order, kinds and runs of any length";
    private static final String COMMITMENTS = "a commitment keeps its first place, and is each origin's own";

    private static final int ENCRYPTED = Publication.Kind.ENCRYPTED_PAYLOADS.code();

    private final MemoryLedger ledger = new MemoryLedger();

    /// The file that the contract on EVM chains, and the rules in Java, are held to.
    @Test
    void answersEachCaseAsItSays() throws Exception {
        for (var each : PublishingCase.read()) {
            bringAll(each);
            var id = each.origin();
            assertEquals(
                    Long.toString(each.last()),
                    ledger.call("lastPublication", id.toString()).text(),
                    each.name());
            for (var held : each.digests().entrySet()) {
                byte[] state = state(id, held.getKey(), held.getValue());
                assertArrayEquals(
                        state,
                        ledger.call("publicationAt", id.toString(), Long.toString(held.getKey()))
                                .payload(),
                        each.name());
                assertArrayEquals(state, ledger.state.get(numberKey(id, held.getKey())));
            }
            for (var held : each.commitments().entrySet()) {
                var spot =
                        ledger.call("publishedAt", id.toString(), held.getKey().hex());
                var in = new CborReader(spot.payload()).arrayOf(2);
                assertEquals(held.getValue(), new PublishingCase.Spot(in.unsigned(), (int) in.unsigned()), each.name());
                in.end();
            }
        }
    }

    /// Two calls of one block collide where one wrote what the other read (docs/relay.md §9.2): a publication reads
    /// nothing that a lodging writes, once the origin is known, and nothing of other numbers.
    @Test
    void readsAndWritesWhatItMust() throws Exception {
        var offered = firstPublished(ALL_KINDS);
        var id = offered.originId();
        var first = publish(offered);
        assertEquals(Set.of(numberKey(id, offered.number()), "k~" + id), first.reads());
        assertEquals(Set.of(numberKey(id, offered.number())), first.writes().keySet());
        var repeated = publish(offered);
        assertEquals("repeated", repeated.text());
        assertEquals(Set.of(numberKey(id, offered.number())), repeated.reads());
        assertEquals(Map.of(), repeated.writes());
        assertEquals(Map.of(), repeated.events());
    }

    @Test
    void commitmentsAreKeptUnderTheirOriginByKeysOfTheirOwn() throws Exception {
        var offered = firstPublished(COMMITMENTS);
        var id = offered.originId();
        var called = publish(offered);
        for (int i = 0; i < offered.count(); i++) {
            var key = "c~" + id + "~" + Hash.of(offered.content(), i * Hash.SIZE);
            assertArrayEquals(
                    new CborWriter()
                            .array(2)
                            .integer(offered.number())
                            .integer(i)
                            .toBytes(),
                    called.writes().get(key));
            assertTrue(called.reads().contains(key));
        }
        assertEquals(1 + offered.count(), called.writes().size());
    }

    /// One commitment twice in one publication: a call does not read what it wrote itself.
    @Test
    void ofACommitmentThatStandsThereTwiceTheFirstPositionCounts() throws Exception {
        var offered = firstPublished(COMMITMENTS);
        var stub = new MemoryLedger();
        var twice = Arrays.copyOf(offered.content(), 2 * Hash.SIZE);
        System.arraycopy(twice, 0, twice, Hash.SIZE, Hash.SIZE);
        // Signed by nobody who matters: what is stored is asked of the part that stores it.
        var publication = new Publication(
                new Origin(offered.origin()),
                LodgingCase.spki(offered.key()),
                1,
                Publication.Kind.COMMITMENTS,
                0,
                2,
                twice);
        var writes = stub.writesOf(each -> new HeldPublications(each, publication.originId()).put(publication));
        var key = "c~" + publication.originId() + "~" + Hash.of(twice, 0);
        assertArrayEquals(new CborWriter().array(2).integer(1).integer(0).toBytes(), writes.get(key));
    }

    /// As listeners read it: docs/formats.md §26.
    @Test
    void saysWhatItPublished() throws Exception {
        var offered = firstPublished(COMMITMENTS);
        var called = publish(offered);
        assertEquals(Set.of("published"), called.events().keySet());
        var in = new CborReader(called.events().get("published")).arrayOf(4);
        assertArrayEquals(ledger.state.get(numberKey(offered.originId(), offered.number())), in.item());
        in.expect(offered.kind())
                .expect(offered.first())
                .expect(offered.count())
                .end();
    }

    @Test
    void theLastNumberIsFoundWhereverItIs() throws Exception {
        var id = firstPublished(COMMITMENTS).originId();
        assertEquals("0", ledger.call("lastPublication", id.toString()).text());
        var random = new Random(48);
        for (int bits = 1; bits < 64; bits++) {
            long number = bits == 63 ? Long.MAX_VALUE : (1L << bits) - 1 - random.nextLong(1L << bits >> 1);
            if (number < 1) continue;
            ledger.state.put(numberKey(id, number), new byte[1]);
            assertEquals(
                    Long.toString(number),
                    ledger.call("lastPublication", id.toString()).text());
        }
    }

    @Test
    void badCallsAreRefusedWithASentence() throws Exception {
        var offered = firstPublished(COMMITMENTS);
        byte[] good = request(offered).toBytes();
        refused("not a publication", ledger.call("publish", new byte[0]));
        refused("not a publication", ledger.call("publish", Arrays.copyOf(good, good.length - 1)));
        refused("not a publication", ledger.call("publish", Arrays.copyOf(good, good.length + 1)));
        refused("it has 65537 bytes", ledger.call("publish", new byte[PublicationRequest.MAX_SIZE_BYTES + 1]));
        var id = offered.originId().toString();
        refused("a publication's number is a number", ledger.call("publicationAt", id, "0"));
        refused("a commitment has 64 hex digits", ledger.call("publishedAt", id, "A".repeat(64)));
        refused("an origin id has 64 hex digits", ledger.call("lastPublication", "x"));
        assertEquals(0, ledger.call("publicationAt", id, "1").payload().length);
        assertEquals(0, ledger.call("publishedAt", id, "0".repeat(64)).payload().length);
    }

    @Test
    void alteredPublicationsAreNeverTakenNorThrow() throws Exception {
        var random = new Random(48);
        var offered = firstPublished(COMMITMENTS);
        byte[] bytes = request(offered).toBytes();
        for (int i = 0; i < 400; i++) {
            byte[] altered = bytes.clone();
            altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
            var called = ledger.copy().call("publish", altered);
            assertEquals(400, called.status(), HexFormat.of().formatHex(altered));
            assertEquals(Map.of(), called.writes());
        }
    }

    @Test
    void aStateThatCannotBeReadIsNoAnswer() throws Exception {
        var offered = firstPublished(COMMITMENTS);
        ledger.state.put(numberKey(offered.originId(), offered.number()), new byte[] {1});
        assertThrows(IllegalStateException.class, () -> publish(offered));
    }

    /// The channel has who published which hash, and a collection's members have the content.
    @Test
    void whatIsPublishedPrivatelyIsForTheCollection() throws Exception {
        var offered = firstPublished(ALL_KINDS, each -> each.kind() == ENCRYPTED);
        var id = offered.originId();
        var key = numberKey(id, offered.number());
        ledger.hidden = Map.of("content", offered.content());
        var called = publishPrivately(offered, "payloads");
        assertEquals("published", called.text());
        assertEquals(Set.of(key, "k~" + id), called.reads());
        assertEquals(Set.of(key, MemoryLedger.HIDDEN + key), called.writes().keySet());
        assertEquals(Set.of("published"), called.events().keySet());
        var digest = new Publication(
                        new Origin(offered.origin()),
                        LodgingCase.spki(offered.key()),
                        offered.number(),
                        Publication.Kind.ENCRYPTED_PAYLOADS,
                        offered.first(),
                        (int) offered.count(),
                        offered.content())
                .digest();
        assertArrayEquals(state(id, offered.number(), digest), called.writes().get(key));
        var number = Long.toString(offered.number());
        assertArrayEquals(
                offered.content(),
                ledger.call("privateContentAt", id.toString(), number, "payloads")
                        .payload());
        assertEquals(
                0,
                ledger.call("privateContentAt", id.toString(), "99", "payloads").payload().length);
        for (var again : List.of(publishPrivately(offered, "payloads"), publish(offered))) {
            assertEquals("repeated", again.text());
            assertEquals(Map.of(), again.writes());
        }
    }

    @Test
    void whatIsNoPrivatePublicationIsRefused() throws Exception {
        var offered = firstPublished(ALL_KINDS, each -> each.kind() == ENCRYPTED);
        refused("no \"content\" came", publishPrivately(offered, "payloads"));
        ledger.hidden = Map.of("content", new byte[] {1});
        refused("of other content", publishPrivately(offered, "payloads"));
        ledger.hidden = Map.of("content", new byte[PublicationRequest.MAX_SIZE_BYTES + 1]);
        refused("65537 bytes of content", publishPrivately(offered, "payloads"));
        ledger.hidden = Map.of("content", offered.content());
        refused("a collection's name", publishPrivately(offered, "pay loads"));
        assertThrows(IllegalStateException.class, () -> publishPrivately(offered, "others"));
        byte[] forged = request(offered).toBytesWithoutContent();
        forged[forged.length - 1] ^= 1;
        refused("bad signature", publishPrivately(forged));
        refused("not a publication", publishPrivately(request(offered).toBytes()));
        refused("not a publication", ledger.call("publish", request(offered).toBytesWithoutContent()));
        var clear = firstPublished(ALL_KINDS, each -> each.kind() == ENCRYPTED - 1);
        ledger.hidden = Map.of("content", clear.content());
        refused("only encrypted payloads", publishPrivately(clear, "payloads"));
    }

    private MemoryLedger.Called publishPrivately(byte[] request) {
        return ledger.call("publishPrivately", List.of(request, "payloads".getBytes(StandardCharsets.US_ASCII)));
    }

    private MemoryLedger.Called publishPrivately(Offered offered, String collection) {
        return ledger.call(
                "publishPrivately",
                List.of(request(offered).toBytesWithoutContent(), collection.getBytes(StandardCharsets.US_ASCII)));
    }

    private void bringAll(PublishingCase each) {
        for (int i = 0; i < each.steps().size(); i++) {
            String where = each.name() + ", step " + i;
            switch (each.steps().get(i)) {
                case Step.Lodge(var head) -> assertEquals(head.answer(), answer(lodge(head)), where);
                case Step.Publish(var offered) -> assertEquals(offered.answer(), answer(publish(offered)), where);
            }
        }
    }

    /// Brings what stands before a case's first good publication, heads alone.
    private Offered firstPublished(String name) throws Exception {
        return firstPublished(name, _ -> true);
    }

    private Offered firstPublished(String name, Predicate<Offered> wanted) throws Exception {
        var found = PublishingCase.read().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        for (var step : found.steps()) {
            switch (step) {
                case Step.Lodge(var head) -> lodge(head);
                case Step.Publish(var offered) -> {
                    if (offered.answer().equals("published") && wanted.test(offered)) return offered;
                }
            }
        }
        throw new AssertionError(name);
    }

    private MemoryLedger.Called lodge(LodgingCase.Brought of) {
        var request = new LodgingRequest(
                of.origin(), of.size(), of.root(), of.spki(), of.signature(), of.consistency(), of.hops());
        return ledger.call("lodge", request.toBytes());
    }

    private MemoryLedger.Called publish(Offered offered) {
        return ledger.call("publish", request(offered).toBytes());
    }

    private static PublicationRequest request(Offered of) {
        return new PublicationRequest(
                of.origin(),
                LodgingCase.spki(of.key()),
                of.number(),
                of.kind(),
                of.first(),
                of.count(),
                of.content(),
                of.signature());
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
    }

    private static byte[] state(OriginId id, long number, Hash digest) {
        var out = new CborWriter().array(5).text("sealpost-published").integer(1);
        return out.bytes(id.value().toBytes())
                .integer(number)
                .bytes(digest.toBytes())
                .toBytes();
    }

    private static String numberKey(OriginId id, long number) {
        return "p~%s~%019d".formatted(id, number);
    }
}
