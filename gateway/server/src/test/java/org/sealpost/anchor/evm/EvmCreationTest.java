package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Beginning;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorFinding;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.anchor.evm.EvmAnchorCheck;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// Our code at an address does not tell what made it: init code of somebody's own may say whatever it likes in our
/// contract's name, and leave our code behind.
class EvmCreationTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(7);
    private static final Address ADDRESS = EvmLedger.accountOf(ACCOUNT);
    private static final Hash ORIGIN = Hash.ofHex("ab".repeat(32));
    private static final Hash ROOT = Hash.ofHex("cd".repeat(32));

    @TempDir
    Path folder;

    private Anvil anvil;
    private Path pin;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        anvil.fund(ADDRESS);
        pin = folder.resolve("contract.pin");
    }

    @AfterEach
    void stop() {
        anvil.close();
    }

    @Test
    void oursIsMadeByOurCodeAlone() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        var ours = creation(pin);
        try (var ledger = EvmLedger.open(anvil.config(0), ours, _ -> false, ACCOUNT)) {
            var identity = assertInstanceOf(AnchorIdentity.Evm.class, ledger.identity(Optional.empty()));
            assertEquals(new Beginning.Known(), ledger.beginning(identity));
            assertEquals("made in transaction " + ours.id() + " by this release's code", ledger.creation());
            // A reader's node says as much: what it lacks is the head.
            assertContradicted("knows no anchor of this size", ask(anvil, identity, ours.id()));
        }
    }

    @Test
    void soIsTheBuildThatBringsItsOwnArithmetic() throws Exception {
        try (var older = Anvil.start("--hardfork", "prague")) {
            older.fund(ADDRESS);
            EvmContract.deployOnce(older.config(0), ACCOUNT, pin);
            try (var ledger = EvmLedger.open(older.config(0), creation(pin), _ -> false, ACCOUNT)) {
                var identity = assertInstanceOf(AnchorIdentity.Evm.class, ledger.identity(Optional.empty()));
                assertEquals(AnchorCode.PLAIN.hash(), identity.code());
                assertContradicted(
                        "knows no anchor of this size",
                        ask(older, identity, creation(pin).id()));
            }
        }
    }

    /// Two roots of one size, as no rule allows, by a contract with our code.
    @Test
    void aContractThatOtherCodeMadeIsRefusedBeforeAnythingIsSent() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        byte[] runtime = anvil.chain().code(creation(pin).contract());
        var other = folder.resolve("other.pin");
        var hostile = deploy(thatLodges(runtime), other);
        assertEquals(2, logsOf(hostile), "it said so in the contract's name");
        long nonce = anvil.chain().nonce(ADDRESS, anvil.height());
        assertFalse(EvmContract.isOfThisRelease(other));
        // As it was looked at before: our code lies there.
        assertEquals(hostile.contract(), EvmContract.deployOnce(anvil.config(0), ACCOUNT, other));
        assertArrayEquals(runtime, anvil.chain().code(hostile.contract()));
        try (var ledger = EvmLedger.open(anvil.config(0), hostile, _ -> false, ACCOUNT)) {
            var identity = ledger.identity();
            var refused = assertThrows(AnchorageSetback.class, () -> ledger.beginning(identity));
            assertTrue(refused.getMessage().contains("carries other code"), refused.getMessage());
            assertEquals(
                    refused.getMessage(),
                    assertThrows(AnchorageSetback.class, ledger::creation).getMessage());
            assertContradicted("by other code", ask(anvil, ledger.identity(), hostile.id()));
        }
        assertEquals(nonce, anvil.chain().nonce(ADDRESS, anvil.height()), "nothing was sent");
    }

    /// Our code stands in the transaction, and is not what runs.
    @Test
    void ourCodeSomewhereInTheTransactionIsNotEnough() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        var code = new ByteArrayOutputStream();
        code.writeBytes(thatLodges(anvil.chain().code(creation(pin).contract())));
        code.writeBytes(AnchorCode.PRECOMPILED.creation());
        var hostile = deploy(code.toByteArray(), folder.resolve("other.pin"));
        assertFalse(hostile.isOfHeads());
    }

    /// The transaction of a contract that is right, beside the address of one that is not.
    @Test
    void aPinFileWithAnotherContractsTransactionIsRefused() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        var ours = creation(pin);
        var hostile = deploy(thatLodges(anvil.chain().code(ours.contract())), folder.resolve("other.pin"));
        var mixed = new Creation(hostile.contract(), ours.transaction());
        try (var ledger = EvmLedger.open(anvil.config(0), mixed, _ -> false, ACCOUNT)) {
            var identity = ledger.identity();
            var refused = assertThrows(AnchorageSetback.class, () -> ledger.beginning(identity));
            assertTrue(refused.getMessage().contains("made the one at " + ours.contract()), refused.getMessage());
            assertContradicted("did not make the contract", ask(anvil, ledger.identity(), ours.id()));
        }
    }

    /// Decision 63 comes before decision 70: a copy of the box from before its first lodging has nothing to send, and
    /// must hear what it forgot, whether or not anybody remembers how the contract was made.
    @Test
    void anOlderCopyIsToldWhatTheContractHoldsThoughItsNodeForgotTheTransaction() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        var config = anvil.config(2);
        anvil.mine(2);
        try (var box = relay(log().growTo(8), config)) {
            box.until("size 8 anchored", box::isAnchored, null);
        }
        try (var node = new BentWire(anvil.url());
                var copy = relay(log().growTo(3), config(2, node))) {
            node.results.put("eth_getTransactionReceipt", "null");
            copy.until("a doubt", () -> copy.relay().agreement() == Agreement.DOUBTED, null);
            assertEquals(List.of(), copy.entries());
            copy.until("a conflict", () -> copy.relay().agreement() == Agreement.CONTRADICTS, anvil);
            assertEquals(List.of("Opened", "Conflict 3"), copy.entries());
        }
    }

    /// Who was told wrong, and goes on, has sent nothing yet.
    @Test
    void aConflictThatWasTakenBackVouchesForNoContract() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        try (var box = relay(log().growTo(8), anvil.config(0))) {
            box.until("size 8 final", box::isFinal, null);
        }
        var log = log().growTo(3);
        try (var node = new BentWire(anvil.url());
                var ledger = opened(config(0, node));
                var copy = relay(log, config(0, node))) {
            node.results.put("eth_getTransactionReceipt", "null");
            copy.until("a conflict", () -> copy.relay().agreement() == Agreement.CONTRADICTS, null);
            log.growTo(9);
            copy.resubmit();
            copy.until("it agrees", () -> copy.relay().agreement() == Agreement.AGREES, null);
            copy.until("nothing sent", () -> setBack(copy, "does not have it"), null);
            assertEquals(List.of("Opened", "Conflict 3", "RolledBack 0"), copy.entries());
            node.results.remove("eth_getTransactionReceipt");
            copy.until("size 9 final", copy::isFinal, null);
        }
    }

    /// What such a contract holds stops seals, and is not written down as this log's conflict: somebody put it there.
    @Test
    void whatAContractHoldsThatOtherCodeMadeIsNoConflict() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        try (var box = relay(log().growTo(8), anvil.config(0))) {
            box.until("size 8 final", box::isFinal, null);
        }
        try (var node = new BentWire(anvil.url());
                var copy = relay(log().growTo(3), config(0, node))) {
            node.results.put(
                    "eth_getTransactionReceipt",
                    "{\"blockHash\":\"0x" + "01".repeat(32) + "\",\"blockNumber\":\"0x1\",\"status\":\"0x1\"}");
            copy.until("what made it", () -> setBack(copy, "made none"), null);
            assertEquals(Agreement.DOUBTED, copy.relay().agreement());
            var cause = copy.relay().trouble().orElseThrow().cause();
            assertTrue(cause.contains("nobody knows what made the contract"), cause);
            assertEquals(List.of(), copy.entries());
        }
    }

    /// Nodes forget old transactions: whoever is known already goes on.
    @Test
    void aNodeThatForgotTheTransactionStopsOnlyWhoIsNew() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        try (var node = new BentWire(anvil.url());
                var known = relay(log().growTo(3), config(0, node));
                var fresh = relay(new SignedLog("another/log", 78).growTo(3), config(0, node))) {
            known.until("size 3 final", known::isFinal, null);
            node.results.put("eth_getTransactionReceipt", "null");
            fresh.until("nothing sent", () -> setBack(fresh, "does not have it"), null);
            assertEquals(List.of(), fresh.entries());
            assertEquals(Agreement.AGREES, fresh.relay().agreement());
            known.log.growTo(5);
            node.results.remove("eth_getTransactionReceipt");
            node.results.put(receiptOf(creation(pin)), "null");
            known.restart();
            known.until("size 5 final", known::isFinal, null);
            assertTrue(known.ledger.creation().contains("do not tell of transaction"), known.ledger.creation());
        }
    }

    /// Who reads publications there has the contract's word alone that the log's key signed them;
    /// and whoever made it may have used the log's numbers up.
    @Test
    void soIsAContractForPublications() throws Exception {
        var heads = EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        var publications = EvmContract.publicationsPin(pin);
        EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, heads, publications, Optional.empty());
        var ours = creation(publications);
        try (var ledger = EvmPublications.open(anvil.config(0), heads, ours, _ -> false, ACCOUNT)) {
            assertEquals(ledger.identity(), ledger.identity(Optional.empty()));
            assertEquals("made in transaction " + ours.id() + " by this release's code", ledger.creation());
        }
        var other = folder.resolve("other.pin");
        var hostile = deploy(thatUsesUpNumbers(anvil.chain().code(ours.contract()), heads), other);
        long nonce = anvil.chain().nonce(ADDRESS, anvil.height());
        // Our code lies there, and asks the right contract for keys.
        assertEquals(
                hostile.contract(),
                EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, heads, other, Optional.empty()));
        try (var ledger = EvmPublications.open(anvil.config(0), heads, hostile, _ -> false, ACCOUNT)) {
            var refused = assertThrows(AnchorageSetback.class, () -> ledger.identity(Optional.empty()));
            assertTrue(
                    refused.getMessage().contains("other code than that of this release's contract for publications"),
                    refused.getMessage());
            assertEquals(
                    refused.getMessage(),
                    assertThrows(AnchorageSetback.class, ledger::creation).getMessage());
            assertEquals(Long.MAX_VALUE, ledger.last(new OriginId(ORIGIN)), "no number is left");
            var known = ledger.identity();
            assertEquals(known, ledger.identity(Optional.of(known)), "who reached it before goes on");
        }
        assertEquals(nonce, anvil.chain().nonce(ADDRESS, anvil.height()), "nothing was sent");
    }

    /// `origin succeed` makes no stranger of a box: it has sent to that contract for the log that ended.
    @Test
    void anOriginThatGoesOnSendsToTheContractOfTheOneBefore() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        try (var node = new BentWire(anvil.url());
                var before = relay(log().growTo(3), config(0, node))) {
            before.until("size 3 final", before::isFinal, null);
            node.results.put(receiptOf(creation(pin)), "null");
            Predicate<AnchorIdentity> goesOn =
                    it -> before.relay().goesOn() && before.relay().identity().equals(Optional.of(it));
            var config = config(0, node);
            try (var after =
                    EvmRelay.of(new SignedLog("creation/next", 79).growTo(2), config, () -> opened(config, goesOn))) {
                after.until("size 2 final", after::isFinal, null);
                assertEquals("Opened", after.entries().getFirst());
            }
        }
    }

    /// One that keeps it suffices, whichever is asked first.
    @Test
    void oneOfSeveralNodesThatKeepsTheTransactionSuffices() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        try (var pruned = new BentWire(anvil.url());
                var archive = new BentWire(anvil.url());
                var box = relay(log().growTo(3), config(0, pruned, archive))) {
            pruned.results.put(receiptOf(creation(pin)), "null");
            box.until("size 3 final", box::isFinal, null);
        }
    }

    /// And one that contradicts stops, whichever is asked first.
    @Test
    void oneOfSeveralNodesThatContradictsStops() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        try (var one = new BentWire(anvil.url());
                var other = new BentWire(anvil.url());
                var box = relay(log().growTo(3), config(0, one, other))) {
            other.results.put(
                    receiptOf(creation(pin)),
                    "{\"blockHash\":\"0x" + "01".repeat(32) + "\",\"blockNumber\":\"0x1\",\"status\":\"0x0\"}");
            box.until("nothing sent", () -> setBack(box, "made none"), null);
            assertEquals(List.of(), box.entries());
        }
    }

    /// Else another transaction of that account could make it, in a block that takes the place of this one.
    @Test
    void aContractIsSentNothingBeforeWhatMadeItIsFinal() throws Exception {
        EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
        var config = anvil.config(3);
        try (var box = relay(log().growTo(3), config)) {
            box.until("nothing sent", () -> setBack(box, "not final yet"), null);
            assertEquals(List.of(), box.entries());
            box.until("size 3 final", box::isFinal, anvil);
        }
    }

    private SignedLog log() {
        return new SignedLog("creation/log", 77);
    }

    private EvmRelay relay(SignedLog log, EvmConfig config) throws Exception {
        return EvmRelay.of(log, config, () -> opened(config));
    }

    private EvmLedger opened(EvmConfig config) {
        return opened(config, _ -> false);
    }

    private EvmLedger opened(EvmConfig config, Predicate<AnchorIdentity> goesOn) {
        try {
            return EvmLedger.open(config, creation(pin), goesOn, ACCOUNT);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private EvmConfig config(int confirmations, BentWire... nodes) {
        return new EvmConfig(
                Stream.of(nodes).map(BentWire::url).toList(),
                OptionalInt.of(confirmations),
                anvil.config(0).deadline(),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
    }

    private static boolean setBack(EvmRelay relay, String words) {
        return relay.setbacks().stream().anyMatch(said -> said.contains(words));
    }

    private static String receiptOf(Creation creation) {
        return "eth_getTransactionReceipt " + Hex.of(creation.id().toBytes());
    }

    private static Creation creation(Path pin) throws Exception {
        return EvmContract.creation(pin).orElseThrow();
    }

    /// Init code that logs two heads of one size, and returns the code that is given.
    private static byte[] thatLodges(byte[] runtime) {
        var event = Hash.of(Keccak.hash("Lodged(bytes32,uint64,bytes32)".getBytes(StandardCharsets.US_ASCII)));
        var size = ByteBuffer.allocate(32).putLong(24, 1000).array();
        var code = new ByteArrayOutputStream();
        for (var root : List.of(ROOT, Hash.ofHex("ef".repeat(32)))) {
            store(code, size, 0);
            store(code, root.toBytes(), 32);
            push(code, ORIGIN.toBytes());
            push(code, event.toBytes());
            push(code, new byte[] {64});
            push(code, new byte[] {0});
            code.write(0xa2); // LOG2
        }
        return returning(runtime, code);
    }

    /// Init code that stores which contract is asked for keys, and the highest number of a log's
    /// publications, and returns the code that is given.
    private static byte[] thatUsesUpNumbers(byte[] runtime, Address heads) {
        var code = new ByteArrayOutputStream();
        keep(code, HexFormat.of().parseHex(heads.hex()), new byte[] {0});
        var slot =
                ByteBuffer.allocate(64).put(ORIGIN.toBytes()).put(63, (byte) 1).array();
        keep(code, ByteBuffer.allocate(8).putLong(Long.MAX_VALUE).array(), Keccak.hash(slot));
        return returning(runtime, code);
    }

    private static byte[] returning(byte[] runtime, ByteArrayOutputStream code) {
        var length = BigInteger.valueOf(0x01000000L + runtime.length).toByteArray();
        push(code, Arrays.copyOfRange(length, 1, 4));
        int behind = code.size() + 3 + 2 + 1 + 4 + 2 + 1;
        push(code, new byte[] {(byte) (behind >> 8), (byte) behind});
        push(code, new byte[] {0});
        code.write(0x39); // CODECOPY
        push(code, Arrays.copyOfRange(length, 1, 4));
        push(code, new byte[] {0});
        code.write(0xf3); // RETURN
        assertEquals(behind, code.size());
        code.writeBytes(runtime);
        return code.toByteArray();
    }

    private static void keep(ByteArrayOutputStream code, byte[] value, byte[] slot) {
        push(code, value);
        push(code, slot);
        code.write(0x55); // SSTORE
    }

    private static void store(ByteArrayOutputStream code, byte[] word, int at) {
        push(code, word);
        push(code, new byte[] {(byte) at});
        code.write(0x52); // MSTORE
    }

    private static void push(ByteArrayOutputStream code, byte[] value) {
        code.write(0x5f + value.length);
        code.writeBytes(value);
    }

    private Creation deploy(byte[] init, Path file) throws Exception {
        var account = new Account(ACCOUNT);
        var chain = anvil.chain();
        long nonce = chain.nonce(ADDRESS, anvil.height());
        var newest = chain.mustHave("latest");
        var fee = new Fees(Optional.empty()).now(chain, newest);
        long gas = chain.estimateGas(ADDRESS, Optional.empty(), init);
        var transaction = new Transaction(chain.chainId(), nonce, fee, gas + gas / 4, null, init);
        byte[] raw = transaction.signed(account.sign(transaction.digest()));
        chain.send(raw);
        var contract = Address.created(ADDRESS, nonce);
        Files.writeString(
                file,
                "sealpost-evm-contract 1\ncontract " + contract.hex() + "\ncreation "
                        + HexFormat.of().formatHex(raw) + "\n");
        var creation = creation(file);
        awaitReceipt(creation);
        return creation;
    }

    private int logsOf(Creation creation) throws Exception {
        return awaitReceipt(creation).path("logs").size();
    }

    private JsonNode awaitReceipt(Creation creation) throws Exception {
        return anvil.awaitReceipt(Hex.of(creation.id().toBytes()));
    }

    private static AnchorFinding ask(Anvil anvil, AnchorIdentity.Evm chain, Hash creation) throws Exception {
        var key = SoftwareKey.p256ForTests(1).spki();
        var text = TrustFile.naming(new Origin("demo-port/7f3a9c41"), Hash.of(new byte[32]), P256Key.of(key))
                + TrustFile.naming(chain, creation);
        var trust = new TrustStore(List.of(TrustFile.parse("test.trust", text.getBytes(StandardCharsets.UTF_8))));
        assertEquals(Map.of(chain, creation), trust.files().getFirst().creations());
        try (var check = new EvmAnchorCheck(List.of(anvil.url()), trust)) {
            var head = new Head(new Origin("demo-port/7f3a9c41"), 1000, ROOT);
            return check.check(new AnchorClaim(chain), false, ORIGIN, head);
        }
    }

    private static void assertContradicted(String words, AnchorFinding found) {
        var contradicted = assertInstanceOf(AnchorFinding.Contradicted.class, found);
        assertTrue(contradicted.reason().contains(words), contradicted.reason());
    }
}
