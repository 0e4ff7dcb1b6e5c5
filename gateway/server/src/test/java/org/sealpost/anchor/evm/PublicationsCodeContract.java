package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.sealpost.anchor.SignedLog;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.PublishingCase;
import org.sealpost.lodging.PublishingCase.Offered;
import org.sealpost.lodging.PublishingCase.Step;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// What every build of the contract for publications does in a real EVM, beside a contract for heads, called
/// by an account that has nothing to do with the box.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PublicationsCodeContract {
    private static final List<String> OUTCOMES = List.of("published", "repeated");
    private static int origins;

    Anvil anvil;
    private Address heads;
    private Address contract;

    abstract AnchorCode headsCode();

    abstract PublicationsCode code();

    /// What a commitment and the rest of a publication may cost at most, in gas.
    abstract long gasOfAPublication();

    /// Of the node.
    String[] options() {
        return new String[0];
    }

    @BeforeAll
    void deploy() throws Exception {
        anvil = Anvil.start(options());
        heads = anvil.create(headsCode().creation());
        contract = anvil.create(code().creation(heads));
    }

    @AfterAll
    void stop() {
        if (anvil != null) anvil.close();
    }

    @Test
    void theDeployedCodeIsTheCheckedInCodeAndNamesWhomItAsks() throws IOException {
        assertEquals(code().hash(), Hash.of(Keccak.hash(anvil.chain().code(contract))));
        assertEquals(heads, PublicationCalls.anchorAnswer(view(PublicationCalls.anchor())));
        assertEquals(1, new BigInteger(1, view(Abi.selector("version()"))).intValueExact());
    }

    @Test
    void isNotDeployedBesideAnythingThatIsNoContractForHeads() {
        for (var other : List.of(contract, new Address("00".repeat(20)), new Address("11".repeat(20)))) {
            var error = assertThrows(
                    RpcError.class,
                    () -> anvil.chain()
                            .estimateGas(Address.parse(anvil.developer()), Optional.empty(), code().creation(other)));
            assertTrue(error.data().startsWith(Hex.of(Abi.selector("NotAnAnchor()"))), error.getMessage());
        }
    }

    /// The file that the rules in Java are held to, too.
    @Test
    void answersEachCaseAsItSays() throws Exception {
        for (var each : PublishingCase.read()) {
            for (int i = 0; i < each.steps().size(); i++) {
                switch (each.steps().get(i)) {
                    case Step.Lodge(var head) -> lodge(head);
                    case Step.Publish(var offered) ->
                        assertEquals(offered.answer(), bring(offered), each.name() + ", step " + i);
                }
            }
            var origin = each.origin();
            assertEquals(
                    each.last(),
                    PublicationCalls.lastPublicationAnswer(view(PublicationCalls.lastPublication(origin))),
                    each.name());
            for (var held : each.digests().entrySet()) {
                var there = PublicationCalls.publicationAtAnswer(
                        view(PublicationCalls.publicationAt(origin, held.getKey())));
                assertEquals(Optional.of(held.getValue()), there.map(PublicationCalls.Held::digest), each.name());
            }
            for (var held : each.commitments().entrySet()) {
                var spot = PublicationCalls.publishedAtAnswer(view(PublicationCalls.publishedAt(origin, held.getKey())))
                        .orElseThrow();
                assertEquals(held.getValue(), new PublishingCase.Spot(spot.number(), spot.position()), each.name());
            }
        }
    }

    /// As each reader of the chain's events reads them: docs/formats.md §26.
    @Test
    void saysWhatItPublished() throws IOException {
        var log = freshLog();
        byte[] content = "twelve bytes".getBytes(StandardCharsets.US_ASCII);
        var publication = publication(log, 7, Kind.PAYLOADS, 3, 2, content);
        var said = send(offer(log, publication)).get("logs");
        assertEquals(1, said.size());
        var topics = said.get(0).get("topics");
        assertEquals(
                Hex.of(Keccak.hash("Published(bytes32,uint64,uint8,uint64,uint64,bytes32,bytes)")),
                topics.get(0).asText());
        assertEquals("0x" + log.originId(), topics.get(1).asText());
        assertEquals("0x%064x".formatted(7), topics.get(2).asText());
        assertEquals(
                "0x%064x%064x%064x%s%064x%064x%s"
                        .formatted(
                                2,
                                3,
                                2,
                                publication.digest().hex(),
                                160,
                                12,
                                HexFormat.of().formatHex(content) + "00".repeat(20)),
                said.get(0).get("data").asText());
        assertEquals(0, send(offer(log, publication)).get("logs").size(), "repeated");
    }

    @Test
    void takesAsManyCommitmentsAsThereMayBe() throws IOException {
        var log = freshLog();
        long one = gas(log, 1, 1);
        long all = gas(log, 2, Publication.MAX_COUNT);
        long each = (all - one) / (Publication.MAX_COUNT - 1);
        System.out.println(code() + ": " + one + " gas for one commitment, " + each + " for each more, " + all + " for "
                + Publication.MAX_COUNT);
        assertTrue(each < 25_000, each + " gas for each commitment");
        assertTrue(one < gasOfAPublication(), one + " gas for a publication of one commitment");
    }

    private long gas(SignedLog log, long number, int count) throws IOException {
        var random = new Random(number);
        var content = new byte[count * Hash.SIZE];
        random.nextBytes(content);
        var receipt = send(offer(log, publication(log, number, Kind.COMMITMENTS, 0, count, content)));
        var last = Hash.of(content, (count - 1) * Hash.SIZE);
        var spot = PublicationCalls.publishedAtAnswer(view(PublicationCalls.publishedAt(log.originId(), last)));
        assertEquals(
                Optional.of(new PublicationCalls.Spot(
                        number, count - 1, Hex.small(receipt.get("blockNumber").asText()))),
                spot);
        return Hex.small(receipt.get("gasUsed").asText());
    }

    private SignedLog freshLog() throws IOException {
        var log = new SignedLog("publishing-test/" + ++origins, 60_000 + origins).growTo(3);
        lodge(LodgingCase.Brought.of(log.head(3), List.of(), KeyProof.Hops.NONE));
        return log;
    }

    private static Publication publication(
            SignedLog log, long number, Kind kind, long first, int count, byte[] content) {
        var origin = new Origin(log.head(3).origin().name());
        return new Publication(origin, log.key().spki(), number, kind, first, count, content);
    }

    private static byte[] offer(SignedLog log, Publication publication) {
        var signed = publication.signed(log.lastKey().sign(publication.digest().toBytes()));
        return PublicationCalls.publish(PublicationCalls.Offer.of(signed));
    }

    private void lodge(LodgingCase.Brought head) throws IOException {
        var lodging = new ContractCalls.Lodging(
                head.key(),
                head.origin().getBytes(StandardCharsets.UTF_8),
                head.size(),
                head.root(),
                head.signature(),
                head.consistency(),
                head.hops());
        assertEquals(
                "0x1",
                anvil.call(heads, ContractCalls.lodge(lodging)).get("status").asText());
    }

    /// First asks what the call would answer, then sends it, unless it would revert.
    private String bring(Offered offered) throws IOException {
        byte[] call = PublicationCalls.publish(new PublicationCalls.Offer(
                offered.key(),
                offered.origin().getBytes(StandardCharsets.UTF_8),
                offered.number(),
                offered.kind(),
                offered.first(),
                offered.count(),
                offered.content(),
                offered.signature()));
        String answer;
        try {
            answer = OUTCOMES.get(view(call)[31]);
        } catch (RpcError e) {
            return PublicationCalls.refusal(e).map(Refusal::word).orElse(String.valueOf(e.getMessage()));
        }
        send(call);
        return answer;
    }

    private JsonNode send(byte[] input) throws IOException {
        var receipt = anvil.call(contract, input);
        assertEquals("0x1", receipt.get("status").asText());
        return receipt;
    }

    private byte[] view(byte[] input) throws IOException {
        return anvil.chain().view(contract, input, anvil.height());
    }
}
