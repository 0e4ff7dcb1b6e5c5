package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.sealpost.anchor.ForgedHandOver;
import org.sealpost.anchor.SignedLog;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// What every build of the contract does in a real EVM, called by an account that has nothing to do with the
/// box.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AnchorCodeContract {
    static final String LODGED = "lodged";
    private static final List<String> OUTCOMES = List.of(LODGED, "repeated", "covered");
    private static int origins;

    Anvil anvil;
    private Address contract;

    abstract AnchorCode code();

    /// Of the node.
    String[] options() {
        return new String[0];
    }

    @BeforeAll
    void deploy() throws Exception {
        anvil = Anvil.start(options());
        contract = anvil.create(code().creation());
    }

    @AfterAll
    void stop() {
        if (anvil != null) anvil.close();
    }

    @Test
    void theDeployedCodeIsTheCheckedInCode() throws IOException {
        assertEquals(code().hash(), Hash.of(Keccak.hash(anvil.chain().code(contract))));
    }

    @Test
    void saysByWhichRulesItTakesHeads() throws IOException {
        assertEquals(2, new BigInteger(1, view(Abi.selector("version()"))).intValueExact());
    }

    /// The file that the rules in Java are held to, too.
    @Test
    void answersEachCaseAsItSays() throws Exception {
        for (var each : LodgingCase.read()) {
            for (int i = 0; i < each.brought().size(); i++) {
                var brought = each.brought().get(i);
                assertEquals(brought.answer(), bring(raw(brought)), each.name() + ", lodging " + i);
            }
            var origin = each.brought().getFirst().originId();
            assertEquals(
                    each.newest(), newest(origin).map(ContractCalls.Held::size).orElse(0L), each.name());
            assertEquals(each.hops(), hops(origin), each.name());
            for (var key : each.keys().entrySet()) {
                assertEquals(key.getValue(), HexFormat.of().formatHex(keyAt(origin, key.getKey())), each.name());
            }
        }
    }

    @Test
    void anUnknownOriginHasNothing() throws IOException {
        var origin = freshLog().originId();
        assertEquals(Optional.empty(), newest(origin));
        assertEquals(Optional.empty(), rootAt(origin, 2));
        assertEquals(List.of(), hops(origin));
        assertEquals(0, new BigInteger(1, keyAt(origin, 2)).signum());
    }

    @Test
    void whatIsRepeatedOrCoveredLeavesNoTrace() throws IOException {
        var log = freshLog().growTo(9);
        bring(head(log.head(5), List.of()));
        bring(head(log.head(9), log.consistency(5, 9)));
        var first = rootAt(log.originId(), 5);
        int events = anvil.lodgings(contract);
        assertEquals("repeated", bring(head(log.head(5), List.of())));
        assertEquals("covered", bring(head(log.head(7), List.of())));
        assertEquals(first, rootAt(log.originId(), 5));
        assertEquals(Optional.empty(), rootAt(log.originId(), 7));
        assertEquals(9, newest(log.originId()).orElseThrow().size());
        assertEquals(events, anvil.lodgings(contract));
    }

    /// As each verifier of a receipt reads them: docs/formats.md, "The contract on EVM chains".
    @Test
    void saysWhatItLodgedAndWhoSealsFromWhereOn() throws IOException {
        var log = freshLog().growTo(3).handOver(300_000).growTo(8);
        var head = log.head(8);
        var receipt = send(ContractCalls.lodge(ContractCalls.Lodging.of(
                head, List.of(), head.keyProof().orElseThrow().beyond(0))));
        var rotated = receipt.get("logs").get(0);
        assertEquals(
                List.of(topic("Rotated(bytes32,uint64,uint64,bytes32,bytes32)"), "0x" + log.originId()),
                List.of(
                        rotated.get("topics").get(0).asText(),
                        rotated.get("topics").get(1).asText()));
        assertEquals(
                "0x%064x%064x%s"
                        .formatted(
                                1,
                                3,
                                HexFormat.of()
                                        .formatHex(ForgedHandOver.point(
                                                log.lastKey().spki()))),
                rotated.get("data").asText());
        var lodged = receipt.get("logs").get(1);
        assertEquals(
                List.of(topic("Lodged(bytes32,uint64,bytes32)"), "0x" + log.originId()),
                List.of(
                        lodged.get("topics").get(0).asText(),
                        lodged.get("topics").get(1).asText()));
        assertEquals(
                "0x%064x%s".formatted(8, log.root(8).hex()), lodged.get("data").asText());
        assertEquals(2, receipt.get("logs").size());
    }

    static synchronized SignedLog freshLog() {
        return new SignedLog("test/" + ++origins, 1000 + origins);
    }

    static ContractCalls.Lodging head(LodgeableHead head, List<Hash> proof) {
        return ContractCalls.Lodging.of(head, proof, KeyProof.Hops.NONE);
    }

    private static ContractCalls.Lodging raw(LodgingCase.Brought brought) {
        return new ContractCalls.Lodging(
                brought.key(),
                brought.origin().getBytes(StandardCharsets.UTF_8),
                brought.size(),
                brought.root(),
                brought.signature(),
                brought.consistency(),
                brought.hops());
    }

    /// What the call would answer.
    String answer(ContractCalls.Lodging lodging) {
        try {
            return OUTCOMES.get(view(ContractCalls.lodge(lodging))[31]);
        } catch (RpcError e) {
            return ContractCalls.refusal(e).map(LodgingRules.Refusal::word).orElse(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// First asks what the call would answer, then sends it, unless it would revert.
    String bring(ContractCalls.Lodging lodging) throws IOException {
        String answer = answer(lodging);
        if (OUTCOMES.contains(answer)) send(ContractCalls.lodge(lodging));
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

    Optional<ContractCalls.Held> newest(OriginId origin) throws IOException {
        return ContractCalls.newestAnswer(view(ContractCalls.newest(origin)));
    }

    Optional<ContractCalls.Held> rootAt(OriginId origin, long size) throws IOException {
        return ContractCalls.rootAtAnswer(view(ContractCalls.rootAt(origin, size)), size);
    }

    private byte[] keyAt(OriginId origin, long size) throws IOException {
        byte[] call = Abi.call(Abi.selector("keyAt(bytes32,uint64)"), Abi.word(origin.value()), Abi.word(size));
        return view(call);
    }

    private List<Long> hops(OriginId origin) throws IOException {
        byte[] answer = view(ContractCalls.hops(origin));
        var indexes = new ArrayList<Long>();
        for (int i = 0; i < ContractCalls.hopsAnswer(answer); i++) {
            int at = (3 + i) * Abi.WORD;
            indexes.add(new BigInteger(1, Arrays.copyOfRange(answer, at, at + Abi.WORD)).longValueExact());
        }
        return indexes;
    }

    private static String topic(String event) {
        return Hex.of(Keccak.hash(event));
    }
}
