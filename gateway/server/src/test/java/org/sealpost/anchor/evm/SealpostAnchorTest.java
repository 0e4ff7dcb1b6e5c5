package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.LodgeableHead;
import org.sealpost.anchor.OriginId;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// The contract itself, in a real EVM, called by an account that has nothing to do with the box.
class SealpostAnchorTest {
    private static final int LODGED = 0;
    private static final int REPEATED = 1;
    private static final int COVERED = 2;

    private static Anvil anvil;
    private static Address contract;
    private static int origins;

    private final SignedLog log = freshLog();

    @BeforeAll
    static void deploy() throws Exception {
        anvil = Anvil.start();
        contract = create(anvil, AnchorCode.creation());
    }

    @AfterAll
    static void stop() {
        if (anvil != null) anvil.close();
    }

    @Test
    void theDeployedCodeIsTheCheckedInCode() throws IOException {
        assertEquals(AnchorCode.hash(), Hash.of(Keccak.hash(anvil.chain().code(contract))));
    }

    @Test
    void aChainWithoutP256VerifyRefusesTheDeployment() throws Exception {
        try (var older = Anvil.start("--hardfork", "prague")) {
            var error = assertThrows(
                    RpcError.class,
                    () -> older.chain()
                            .estimateGas(Address.parse(older.developer()), Optional.empty(), AnchorCode.creation()));
            assertTrue(error.data().startsWith(selector("NoP256Verify()")), error.getMessage());
        }
    }

    @Test
    void anUnknownOriginHasNoHead() throws IOException {
        assertEquals(Optional.empty(), newest(log.originId()));
        assertEquals(Optional.empty(), rootAt(log.originId(), 2));
    }

    @Test
    void headsOfOneHistoryAreLodgedWhateverTheirSizes() throws IOException {
        long before = 0;
        for (long size : new long[] {2, 3, 4, 7, 8, 9, 63, 64, 65, 100, 128, 1000}) {
            log.growTo(size);
            assertEquals(LODGED, lodge(log.head(size), proof(before, size)), "size " + size);
            var held = rootAt(log.originId(), size).orElseThrow();
            assertEquals(log.root(size), held.root());
            assertEquals(anvil.height(), held.height());
            assertEquals(Optional.of(held), newest(log.originId()));
            before = size;
        }
    }

    @Test
    void aFirstHeadMayHaveAnySizeFromTwo() throws IOException {
        for (int size = 2; size <= 20; size++) {
            var fresh = freshLog().growTo(size);
            assertEquals(LODGED, lodge(fresh.head(size), List.of()));
        }
    }

    @Test
    void theSameHeadAgainChangesNothingAndSaysNothing() throws IOException {
        log.growTo(5);
        lodge(log.head(5), List.of());
        var first = rootAt(log.originId(), 5);
        int lodgings = anvil.lodgings(contract);
        assertEquals(REPEATED, lodge(log.head(5), List.of()));
        assertEquals(first, rootAt(log.originId(), 5));
        assertEquals(lodgings, anvil.lodgings(contract));
    }

    @Test
    void aSmallerHeadIsCoveredAndLeavesNoTrace() throws IOException {
        log.growTo(9);
        lodge(log.head(9), List.of());
        int lodgings = anvil.lodgings(contract);
        assertEquals(COVERED, lodge(log.head(5), List.of()));
        assertEquals(Optional.empty(), rootAt(log.originId(), 5));
        assertEquals(9, newest(log.originId()).orElseThrow().size());
        assertEquals(lodgings, anvil.lodgings(contract));
    }

    @Test
    void anotherRootForAKnownSizeIsAConflict() throws IOException {
        log.growTo(8);
        lodge(log.head(8), List.of());
        var error = refusal(log.forkedAt(5).head(8), List.of());
        assertEquals(ContractCalls.Revert.CONFLICT, ContractCalls.revert(error));
        assertTrue(error.data().endsWith(log.root(8).hex()), "the error names the root that is there");
    }

    @Test
    void anotherHistoryIsNotConsistent() throws IOException {
        log.growTo(12);
        lodge(log.head(6), List.of());
        var fork = log.forkedAt(5);
        var error = refusal(fork.head(12), fork.consistency(6, 12));
        assertEquals(ContractCalls.Revert.NOT_CONSISTENT, ContractCalls.revert(error));
    }

    @Test
    void aProofThatIsNotTheRightOneIsRefused() throws IOException {
        log.growTo(13);
        lodge(log.head(6), List.of());
        List<Hash> right = log.consistency(6, 13);
        var wrong = new ArrayList<List<Hash>>();
        wrong.add(List.of());
        wrong.add(right.subList(1, right.size()));
        wrong.add(right.subList(0, right.size() - 1));
        wrong.add(right.reversed());
        wrong.add(log.consistency(5, 13));
        wrong.add(log.consistency(6, 12));
        var longer = new ArrayList<>(right);
        longer.add(log.root(3));
        wrong.add(longer);
        for (int i = 0; i < right.size(); i++) {
            var altered = new ArrayList<>(right);
            byte[] bytes = right.get(i).toBytes();
            bytes[31] ^= 1;
            altered.set(i, Hash.of(bytes));
            wrong.add(altered);
        }
        for (var proof : wrong) {
            var error = refusal(log.head(13), proof);
            assertEquals(ContractCalls.Revert.NOT_CONSISTENT, ContractCalls.revert(error), proof.toString());
        }
        assertEquals(LODGED, lodge(log.head(13), right));
    }

    @Test
    void aFirstHeadHasNothingToBeConsistentWith() {
        log.growTo(6);
        var error = refusal(log.head(6), log.consistency(3, 6));
        assertEquals(ContractCalls.Revert.NOT_CONSISTENT, ContractCalls.revert(error));
    }

    @Test
    void onlyTheKeysSignatureOverThisCheckpointCounts() {
        log.growTo(7);
        var head = log.head(7);
        var stranger = SoftwareKey.p256ForTests(99);
        byte[] digest = SignedLog.digest(head.origin().name(), 7, head.root());
        byte[] zeroS = head.signature();
        Arrays.fill(zeroS, 32, 64, (byte) 0);
        byte[] swapped = join(Arrays.copyOfRange(head.signature(), 32, 64), Arrays.copyOf(head.signature(), 32));
        var wrong = List.of(
                with(head, 7, head.root(), stranger.sign(digest)),
                with(head, 8, head.root(), head.signature()),
                with(head, 7, log.root(6), head.signature()),
                with(head, 7, head.root(), log.head(6).signature()),
                with(head, 7, head.root(), log.key().highS(head.signature())),
                with(head, 7, head.root(), zeroS),
                with(head, 7, head.root(), swapped),
                new LodgeableHead(new Origin("other/log"), 7, head.root(), head.firstKey(), head.signature()),
                new LodgeableHead(head.origin(), 7, head.root(), stranger.spki(), head.signature()),
                new LodgeableHead(head.origin(), 7, head.root(), offCurve(head.firstKey()), head.signature()));
        for (var forged : wrong) {
            assertEquals(ContractCalls.Revert.BAD_SIGNATURE, ContractCalls.revert(refusal(forged, List.of())));
        }
    }

    /// The name is in the origin id together with the key, so a stranger's log of the same name is another origin.
    @Test
    void nobodyCanSquatAnOrigin() throws IOException {
        log.growTo(4);
        var squatter = new SignedLog(log.head(4).origin().name(), 77).growTo(40);
        assertEquals(LODGED, lodge(squatter.head(40), List.of()));
        assertEquals(LODGED, lodge(log.head(4), List.of()));
        assertEquals(4, newest(log.originId()).orElseThrow().size());
    }

    @Test
    void namesThatAreNoOriginsAreRefused() throws IOException {
        log.growTo(4);
        for (String name : List.of("ab", "a\nb/c", "Demo/log", "demo log", "demo_log", "é/log", "a".repeat(129))) {
            var error = assertThrows(RpcError.class, () -> callWithName(name));
            assertEquals(ContractCalls.Revert.BAD_ORIGIN, ContractCalls.revert(error), name);
        }
        var longest = new SignedLog("a".repeat(128), 5).growTo(3);
        assertEquals(LODGED, lodge(longest.head(3), List.of()));
    }

    @Test
    void aLogOfOneEntryIsRefused() throws IOException {
        byte[] input = ContractCalls.lodge(log.growTo(2).head(2), List.of());
        input[4 + 4 * 32 - 1] = 1;
        var error = assertThrows(RpcError.class, () -> view(input));
        assertEquals(ContractCalls.Revert.BAD_SIZE, ContractCalls.revert(error));
    }

    @Test
    void theLargestSizeIsLodgedToo() throws IOException {
        log.growTo(2);
        var head = log.head(Long.MAX_VALUE, log.root(2));
        assertEquals(LODGED, lodge(head, List.of()));
        assertEquals(Long.MAX_VALUE, newest(log.originId()).orElseThrow().size());
    }

    /// The published vectors know what a consistency proof must not be; each is tried as a second head.
    @Test
    void agreesWithTheSharedVectors() throws IOException {
        Path vectors = Path.of(System.getProperty("sealpost.shared"), "vectors/merkle/consistency.jsonl");
        assumeTrue(Files.exists(vectors), "no shared vectors at " + vectors);
        var json = new ObjectMapper();
        int tried = 0;
        for (String line : Files.readAllLines(vectors)) {
            var vector = json.readTree(line);
            long first = vector.get("size1").asLong();
            long second = vector.get("size2").asLong();
            if (first < 2 || second <= first) continue;
            var fresh = freshLog();
            byte[] root1 = Base64.getDecoder().decode(vector.get("root1").asText());
            byte[] root2 = Base64.getDecoder().decode(vector.get("root2").asText());
            if (root1.length != 32 || root2.length != 32) continue;
            var proof = new ArrayList<Hash>();
            boolean fits = true;
            for (var node : vector.get("proof")) {
                byte[] hash = Base64.getDecoder().decode(node.asText());
                fits &= hash.length == 32;
                if (fits) proof.add(Hash.of(hash));
            }
            if (!fits) continue;
            assertEquals(LODGED, lodge(fresh.head(first, Hash.of(root1)), List.of()));
            var next = fresh.head(second, Hash.of(root2));
            if (vector.get("wantErr").asBoolean()) {
                assertEquals(
                        ContractCalls.Revert.NOT_CONSISTENT,
                        ContractCalls.revert(refusal(next, proof)),
                        vector.get("case").asText());
            } else {
                assertEquals(LODGED, lodge(next, proof), vector.get("case").asText());
            }
            tried++;
        }
        assertTrue(tried >= 20, "only " + tried + " vectors fitted");
    }

    private static SignedLog freshLog() {
        return new SignedLog("test/" + ++origins, 1000 + origins);
    }

    private List<Hash> proof(long from, long to) {
        return from == 0 ? List.of() : log.consistency(from, to);
    }

    private static LodgeableHead with(LodgeableHead head, long size, Hash root, byte[] signature) {
        return new LodgeableHead(head.origin(), size, root, head.firstKey(), signature);
    }

    private static byte[] offCurve(byte[] spki) {
        spki[spki.length - 1] ^= 1;
        return spki;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /// Replaces the name in the call's bytes, since no `Origin` can be made with it; the name is checked first.
    private byte[] callWithName(String name) throws IOException {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] call = ContractCalls.lodge(log.head(4), List.of());
        byte[] head = Arrays.copyOf(call, 4 + 8 * 32);
        int words = (text.length + 31) / 32;
        byte[] tail = new byte[(1 + words + 1) * 32];
        tail[31] = (byte) text.length;
        System.arraycopy(text, 0, tail, 32, text.length);
        int proofAt = (8 + 1 + words) * 32;
        head[4 + 8 * 32 - 2] = (byte) (proofAt >>> 8);
        head[4 + 8 * 32 - 1] = (byte) proofAt;
        return view(join(head, tail));
    }

    private static byte[] view(byte[] input) throws IOException {
        return anvil.chain().view(contract, input, anvil.height());
    }

    /// First asks what the call would answer, then sends it.
    private static int lodge(LodgeableHead head, List<Hash> proof) throws IOException {
        byte[] input = ContractCalls.lodge(head, proof);
        int outcome = view(input)[31];
        var sent = anvil.rpc().text("eth_sendTransaction", call(input));
        assertEquals("0x1", anvil.awaitReceipt(sent).get("status").asText());
        return outcome;
    }

    private static RpcError refusal(LodgeableHead head, List<Hash> proof) {
        return assertThrows(RpcError.class, () -> view(ContractCalls.lodge(head, proof)));
    }

    private static Map<String, String> call(byte[] input) throws IOException {
        return Map.of("from", anvil.developer(), "to", contract.toString(), "data", Hex.of(input));
    }

    static Address create(Anvil anvil, byte[] creation) throws IOException {
        var sent = anvil.rpc().text("eth_sendTransaction", Map.of("from", anvil.developer(), "data", Hex.of(creation)));
        return Address.parse(anvil.awaitReceipt(sent).get("contractAddress").asText());
    }

    private static Optional<ContractCalls.Held> newest(OriginId origin) throws IOException {
        return ContractCalls.newestAnswer(view(ContractCalls.newest(origin)));
    }

    private static Optional<ContractCalls.Held> rootAt(OriginId origin, long size) throws IOException {
        return ContractCalls.rootAtAnswer(view(ContractCalls.rootAt(origin, size)), size);
    }

    private static String selector(String signature) {
        return Hex.of(Arrays.copyOf(Keccak.hash(signature), 4));
    }
}
