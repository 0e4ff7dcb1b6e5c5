package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorFinding;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.TrustStore;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

class EvmAnchorCheckTest {
    private static final Hash GENESIS = Hash.ofHex("aa".repeat(32));
    private static final Hash ORIGIN_ID = Hash.ofHex("bb".repeat(32));
    private static final Hash ROOT = Hash.ofHex("cc".repeat(32));
    private static final byte[] CODE = {0x60, 0x01};
    private static final AnchorIdentity.Evm CHAIN =
            new AnchorIdentity.Evm(31337, GENESIS, new byte[20], Keccak256.of(CODE));
    private static final Head HEAD = new Head(new Origin("demo-port/7f3a9c41"), 0x0102030405L, ROOT);

    private FakeNode node;

    @BeforeEach
    void start() throws Exception {
        node = new FakeNode();
        node.results.put("eth_chainId", "\"0x7a69\"");
        node.results.put("eth_getBlockByNumber", "{\"number\":\"0x0\",\"hash\":\"0x" + GENESIS + "\"}");
        node.results.put("eth_getCode", "\"0x6001\"");
        node.results.put("eth_call", "\"0x" + ROOT + "0".repeat(62) + "2a\"");
        node.results.put("eth_syncing", "false");
        node.results.put("eth_blockNumber", "\"0x2a\"");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void keccakIsThatOfTheChains() {
        assertEquals(
                "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
                Keccak256.of(new byte[0]).hex());
        assertTrue(Keccak256.of("transfer(address,uint256)".getBytes(StandardCharsets.US_ASCII))
                .hex()
                .startsWith("a9059cbb"));
    }

    @Test
    void theSameRootIsConfirmedWithItsBlock() {
        var found = assertInstanceOf(AnchorFinding.Confirmed.class, check());
        assertTrue(found.how().startsWith("anchored in block 42, checked against the node http://127.0.0.1:"));
        assertFalse(found.how().contains("secret") || found.how().contains("key"), "secrets of the URL are not shown");
        var selector = Keccak256.of("rootAt(bytes32,uint64)".getBytes(StandardCharsets.US_ASCII))
                .hex()
                .substring(0, 8);
        assertEquals(
                "[{\"to\":\"0x" + "00".repeat(20) + "\",\"data\":\"0x" + selector + ORIGIN_ID + "0".repeat(54)
                        + "0102030405\"},\"latest\"]",
                node.lastParams.get("eth_call"));
    }

    /// The head is on the chain all the same, so nothing is wrong with it: whoever reads is told where.
    @Test
    void theBlockOfTheProofIsLookedForByItsHash() throws Exception {
        var chain = new TestChain();
        var four = TestChain.validators(1, 4);
        var clique = chain.clique(ORIGIN_ID, 42, four.getFirst());
        var proofs = new HashMap<Hash, byte[]>();
        proofs.put(
                BlockHeader.parse(clique).hash(),
                chain.proof(EvmProof.CLIQUE, clique, List.of(), List.of()).encode());
        for (var dialect : BftDialect.values()) {
            var header = chain.bft(dialect, 42, four, four.subList(0, 3));
            proofs.put(
                    BftBlock.of(dialect, BlockHeader.parse(header)).hash(),
                    chain.proof(dialect.number(), header, List.of(), List.of()).encode());
        }
        assertEquals(4, proofs.size());
        for (var proof : proofs.entrySet()) {
            node.blocks.put("0x2a", "{\"hash\":\"0x" + proof.getKey() + "\"}");
            assertConfirmed(proof.getValue(), ", the very block of the file's proof");
            node.results.put("eth_call", "\"0x" + ROOT + "0".repeat(62) + "2b\"");
            assertConfirmed(proof.getValue(), "anchored in block 43, ");
            assertConfirmed(proof.getValue(), "is of block 42, which this node's chain has, too");
            node.results.put("eth_call", "\"0x" + ROOT + "0".repeat(62) + "2a\"");
            node.blocks.put("0x2a", "{\"hash\":\"0x" + "ee".repeat(32) + "\"}");
            assertConfirmed(
                    proof.getValue(),
                    "is of another block 42, " + proof.getKey() + ", which this node's chain does not have: it has "
                            + "ee".repeat(32));
            node.blocks.put("0x2a", "null");
            assertConfirmed(proof.getValue(), "is not known: node http://127.0.0.1:");
        }
        assertEquals(Optional.empty(), EvmProof.block(new byte[] {1, 2, 3}));
    }

    /// It tells all else. One that only lacks a block is asked for the next one.
    @Test
    void aNodeThatTellsNothingOfBlocksIsAskedOnceOnly() throws Exception {
        var four = TestChain.validators(1, 4);
        var chain = new TestChain();
        node.blocks.put("0x0", node.results.get("eth_getBlockByNumber"));
        node.results.put("eth_getBlockByNumber", "\"nothing\"");
        node.blocks.put("0x2a", "null");
        try (var check = new EvmAnchorCheck(List.of(node.url()), TrustStore.EMPTY)) {
            var asked = new ArrayList<String>();
            for (long number : new long[] {42, 43, 44, 42}) {
                var proof =
                        chain.proof(EvmProof.QBFT, chain.qbft(number, four, four.subList(0, 3)), List.of(), List.of());
                var claim = new AnchorClaim(CHAIN, Optional.of(proof.encode()));
                var found = assertInstanceOf(AnchorFinding.Confirmed.class, check.check(claim, false, ORIGIN_ID, HEAD));
                assertTrue(found.how().contains("is not known: node http"), found.how());
                assertEquals(number == 42 && asked.isEmpty(), found.how().contains("has no block 42"), found.how());
                asked.add(node.lastParams.get("eth_getBlockByNumber"));
            }
            assertEquals(
                    List.of("[\"0x2a\",false]", "[\"0x2b\",false]", "[\"0x2b\",false]", "[\"0x2b\",false]"), asked);
        }
    }

    private void assertConfirmed(byte[] proof, String words) {
        try (var check = new EvmAnchorCheck(List.of(node.url()), TrustStore.EMPTY)) {
            var found = assertInstanceOf(
                    AnchorFinding.Confirmed.class,
                    check.check(new AnchorClaim(CHAIN, Optional.of(proof)), false, ORIGIN_ID, HEAD));
            assertTrue(found.how().contains(words), found.how());
        }
    }

    @Test
    void anotherRootOrNoneOrOtherCodeIsAContradiction() {
        node.results.put("eth_call", "\"0x" + "dd".repeat(32) + "0".repeat(62) + "2a\"");
        assertInstanceOf(AnchorFinding.Contradicted.class, check());
        node.results.put("eth_call", "\"0x" + "00".repeat(64) + "\"");
        assertInstanceOf(AnchorFinding.Contradicted.class, check());
        node.results.put("eth_getCode", "\"0x6002\"");
        assertInstanceOf(AnchorFinding.Contradicted.class, check());
        node.results.put("eth_getCode", "\"0x\"");
        assertInstanceOf(AnchorFinding.Contradicted.class, check());
    }

    /// It answers as who it is, and has neither the contract nor the head yet.
    @Test
    void aNodeThatHasNotCaughtUpTellsNothing() throws Exception {
        var four = TestChain.validators(1, 4);
        var chain = new TestChain();
        var proof = chain.proof(EvmProof.QBFT, chain.qbft(42, four, four.subList(0, 3)), List.of(), List.of());
        var claim = new AnchorClaim(CHAIN, Optional.of(proof.encode()));
        for (var lacking : List.of("eth_getCode", "eth_call")) {
            var before = node.results.get(lacking);
            node.results.put(lacking, lacking.equals("eth_call") ? "\"0x" + "00".repeat(64) + "\"" : "\"0x\"");
            node.results.put("eth_blockNumber", "\"0x29\"");
            assertBehind(claim, true);
            assertInstanceOf(AnchorFinding.Contradicted.class, check(), "without a proof nobody knows which block");
            assertInstanceOf(AnchorFinding.Contradicted.class, check(claim, false), "anybody may have written which");
            node.results.put("eth_blockNumber", "\"0x0\"");
            assertBehind(claim, true);
            assertBehind(new AnchorClaim(CHAIN), false);
            node.results.put("eth_blockNumber", "\"0x2a\"");
            assertInstanceOf(AnchorFinding.Contradicted.class, check(claim, true));
            node.results.put("eth_syncing", "{\"currentBlock\":\"0x2a\",\"highestBlock\":\"0x2b\"}");
            assertBehind(claim, true);
            assertBehind(new AnchorClaim(CHAIN), false);
            node.results.put("eth_syncing", "false");
            node.results.put(lacking, before);
        }
        // What it has is another root: that is no matter of time.
        node.results.put("eth_blockNumber", "\"0x29\"");
        node.results.put("eth_call", "\"0x" + "dd".repeat(32) + "0".repeat(62) + "2a\"");
        assertInstanceOf(AnchorFinding.Contradicted.class, check(claim, true));
    }

    /// Whoever sealed it, as anybody can: no node ever comes to such a block.
    @Test
    void aBlockThatNobodyVouchesForKeepsNobodyWaiting() throws Exception {
        var four = TestChain.validators(1, 4);
        var chain = new TestChain();
        chain.start -= Long.MAX_VALUE; // its time is no later for it
        var header = chain.qbft(Long.MAX_VALUE, four, four.subList(0, 3));
        node.results.put("eth_call", "\"0x" + "00".repeat(64) + "\"");
        for (int consensus : new int[] {EvmProof.NONE, EvmProof.QBFT}) {
            var proof = chain.proof(consensus, header, List.of(), List.of());
            var claim = new AnchorClaim(CHAIN, Optional.of(proof.encode()));
            assertEquals(
                    Long.MAX_VALUE, EvmProof.block(proof.encode()).orElseThrow().number());
            assertInstanceOf(AnchorFinding.Contradicted.class, check(claim, false));
        }
    }

    /// Also alone it tells nothing, so the next one is asked.
    private void assertBehind(AnchorClaim claim, boolean isProved) throws Exception {
        var found = assertInstanceOf(AnchorFinding.NotChecked.class, check(claim, isProved));
        assertTrue(found.reason().endsWith("has not caught up with its chain"), found.reason());
        try (var other = new FakeNode()) {
            other.results.putAll(node.results);
            other.results.put("eth_getCode", "\"0x6001\"");
            other.results.put("eth_call", "\"0x" + ROOT + "0".repeat(62) + "2a\"");
            try (var check = new EvmAnchorCheck(List.of(node.url(), other.url()), TrustStore.EMPTY)) {
                assertInstanceOf(AnchorFinding.Confirmed.class, check.check(claim, isProved, ORIGIN_ID, HEAD));
            }
        }
    }

    private AnchorFinding check(AnchorClaim claim, boolean isProved) {
        try (var check = new EvmAnchorCheck(List.of(node.url()), TrustStore.EMPTY)) {
            return check.check(claim, isProved, ORIGIN_ID, HEAD);
        }
    }

    @Test
    void aNodeOfAnotherChainTellsNothing() {
        node.results.put("eth_getBlockByNumber", "{\"hash\":\"0x" + "ee".repeat(32) + "\"}");
        assertNotChecked("serves another chain 31337");
        node.results.put("eth_chainId", "\"0x1\"");
        assertNotChecked("no node of chain 31337 given");
    }

    @Test
    void uselessAnswersTellNothing() {
        for (var answer : List.of(
                "",
                "null",
                "{}",
                "[]",
                "{\"result\":}",
                "{\"result\":\"0x7a69\"} x",
                "{\"result\":\"0x7a69\",\"result\":\"0x7a69\"}",
                "{\"result\":7}",
                "{\"result\":\"7a69\"}",
                "{\"result\":\"0xzz\"}",
                "{\"result\":\"0x" + "f".repeat(40) + "\"}",
                "{\"error\":{\"code\":-1,\"message\":\"\u001b[2Jno\"}}",
                "{\"error\":{\"code\":-1,\"message\":\"\\u001b[2Jno\"}}",
                "[".repeat(100_000))) {
            node.wholeAnswer = answer.isEmpty() ? " " : answer;
            assertNotChecked("node http://127.0.0.1:");
        }
        node.wholeAnswer = "";
        node.results.put("eth_call", "\"0x" + ROOT + "\"");
        assertNotChecked("another form");
        node.results.put("eth_getBlockByNumber", "null");
        assertNotChecked("no block 0");
        node.status = 500;
        assertNotChecked("HTTP status 500");
    }

    /// What the client throws of such a header is no IOException.
    @Test
    void anAnswerThatIsNoHttpTellsNothingAndHidesNoOtherNode() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(server, "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n"));
            var broken = URI.create("http://127.0.0.1:" + server.getLocalPort());
            try (var check = new EvmAnchorCheck(List.of(broken), TrustStore.EMPTY)) {
                var found = assertInstanceOf(
                        AnchorFinding.NotChecked.class, check.check(new AnchorClaim(CHAIN), false, ORIGIN_ID, HEAD));
                assertTrue(found.reason().contains("node " + broken + " cannot be asked: "), found.reason());
                assertTrue(found.reason().contains("abc"), found.reason());
            }
            try (var check = new EvmAnchorCheck(List.of(broken, node.url()), TrustStore.EMPTY)) {
                assertInstanceOf(
                        AnchorFinding.Confirmed.class, check.check(new AnchorClaim(CHAIN), false, ORIGIN_ID, HEAD));
            }
        }
    }

    private static void answer(ServerSocket server, String answer) {
        while (true) {
            try (var socket = server.accept()) {
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                if (server.isClosed()) return;
            }
        }
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        node.wholeAnswer = "{\"result\":\"0x" + "0".repeat(5 << 20) + "\"}";
        assertNotChecked("cannot be asked");
    }

    /// The node sends its headers and then nothing. The time is so long that a busy machine has asked it by then.
    @Test
    void aSilentNodeIsWaitedForOnceOnly() {
        node.hold = new CountDownLatch(1);
        try (var check = new EvmAnchorCheck(List.of(node.url()), TrustStore.EMPTY, Duration.ofSeconds(2))) {
            for (int i = 0; i < 3; i++) {
                var found = assertInstanceOf(
                        AnchorFinding.NotChecked.class, check.check(new AnchorClaim(CHAIN), false, ORIGIN_ID, HEAD));
                assertTrue(found.reason().contains("did not answer"), found.reason());
            }
        }
        assertEquals(1, node.calls.get());
    }

    @Test
    void anUnreachableNodeDoesNotHideTheNextOne() {
        var nobody = URI.create("http://127.0.0.1:1/");
        try (var check = new EvmAnchorCheck(List.of(nobody, node.url()), TrustStore.EMPTY)) {
            assertInstanceOf(
                    AnchorFinding.Confirmed.class, check.check(new AnchorClaim(CHAIN), false, ORIGIN_ID, HEAD));
        }
        try (var check = new EvmAnchorCheck(List.of(nobody), TrustStore.EMPTY)) {
            var found = assertInstanceOf(
                    AnchorFinding.NotChecked.class, check.check(new AnchorClaim(CHAIN), false, ORIGIN_ID, HEAD));
            assertTrue(found.reason().contains("cannot be asked: ConnectException"), found.reason());
        }
    }

    @Test
    void onlyWebAddressesAreNodes() {
        for (var url : List.of("ftp://127.0.0.1", "127.0.0.1:8545", "http:///", "file:/etc/passwd")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new EvmAnchorCheck(List.of(URI.create(url)), TrustStore.EMPTY),
                    url);
        }
    }

    private AnchorFinding check() {
        try (var check = new EvmAnchorCheck(List.of(node.url()), TrustStore.EMPTY)) {
            return check.check(new AnchorClaim(CHAIN), false, ORIGIN_ID, HEAD);
        }
    }

    private void assertNotChecked(String reason) {
        var found = assertInstanceOf(AnchorFinding.NotChecked.class, check());
        assertTrue(found.reason().contains(reason), found.reason());
        assertTrue(found.reason().chars().noneMatch(c -> c < ' '), found.reason());
    }
}
