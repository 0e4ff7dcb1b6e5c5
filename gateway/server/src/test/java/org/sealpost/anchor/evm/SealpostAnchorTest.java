package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.ForgedHandOver;
import org.sealpost.anchor.SignedLog;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.LodgingRules.Refusal;
import org.sealpost.merkle.Hash;

/// The build that asks the chain's own P256VERIFY.
class SealpostAnchorTest extends AnchorCodeContract {
    @Override
    AnchorCode code() {
        return AnchorCode.PRECOMPILED;
    }

    @Test
    void aChainWithoutP256VerifyRefusesTheDeployment() throws Exception {
        try (var older = Anvil.start("--hardfork", "prague")) {
            var error = assertThrows(
                    RpcError.class,
                    () -> older.chain()
                            .estimateGas(Address.parse(older.developer()), Optional.empty(), code().creation()));
            assertTrue(error.data().startsWith(Hex.of(Abi.selector("NoP256Verify()"))), error.getMessage());
        }
    }

    /// Both keys sign whatever stands there: contract and rules have to agree on its meaning byte by byte.
    @Test
    void agreesWithTheRulesWhateverByteOfAHandOverIsAltered() throws Exception {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        int followed = 0;
        int size = new ForgedHandOver(freshLog().growTo(4), 1, 1).signedSize();
        for (int at = 0; at < size; at++) {
            var log = freshLog().growTo(4);
            var forge = new ForgedHandOver(log, 1, 100_000 + at).withByte(at, 1 + random.nextInt(255));
            followed += agreeOn(log.handOver(forge.leaf(), forge.next()).growTo(6), "byte " + at + ", seed " + seed);
        }
        assertTrue(followed > 20 && followed < size - 100, followed + " of " + size + " were followed");
    }

    @Test
    void aHandOverThatEndsTooEarlyIsNeverFollowed() throws Exception {
        var whole = new ForgedHandOver(freshLog().growTo(4), 1, 200_000).leaf();
        for (int length = 0; length < whole.length; length += 7) {
            var log = freshLog().growTo(4);
            var forge = new ForgedHandOver(log, 1, 200_000);
            byte[] cut = Arrays.copyOf(forge.leaf(), length);
            assertEquals(0, agreeOn(log.handOver(cut, forge.next()).growTo(6), length + " bytes"));
        }
    }

    /// 1 if both would lodge the head of six entries, 0 if both refuse it for the same reason.
    private int agreeOn(SignedLog log, String what) throws IOException {
        var head = log.head(6);
        var hops = head.keyProof().orElseThrow().beyond(0);
        var outcome = LodgingRules.judge(
                Finding.Absent.EMPTY, Optional.empty(), new LodgingRules.Offer(head, List.of(), hops));
        String expected = outcome instanceof LodgingRules.Outcome.Refused(var why) ? why.word() : LODGED;
        assertEquals(expected, answer(ContractCalls.Lodging.of(head, List.of(), hops)), what);
        return expected.equals(LODGED) ? 1 : 0;
    }

    @Test
    void headsOfOneHistoryAreLodgedWhateverTheirSizes() throws IOException {
        var log = freshLog();
        long before = 0;
        for (long size : new long[] {2, 3, 4, 7, 8, 9, 63, 64, 65, 100, 128, 1000}) {
            log.growTo(size);
            List<Hash> proof = before == 0 ? List.of() : log.consistency(before, size);
            assertEquals(LODGED, bring(head(log.head(size), proof)), "size " + size);
            var held = rootAt(log.originId(), size).orElseThrow();
            assertEquals(log.root(size), held.root());
            assertEquals(anvil.height(), held.height());
            assertEquals(Optional.of(held), newest(log.originId()));
            before = size;
        }
    }

    /// The name is in the origin id together with the key, so a stranger's log of the same name is another
    /// origin.
    @Test
    void nobodyCanSquatAnOrigin() throws IOException {
        var log = freshLog().growTo(4);
        var squatter = new SignedLog(log.head(4).origin().name(), 77).growTo(40);
        assertEquals(LODGED, bring(head(squatter.head(40), List.of())));
        assertEquals(LODGED, bring(head(log.head(4), List.of())));
        assertEquals(4, newest(log.originId()).orElseThrow().size());
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
            assertEquals(LODGED, bring(head(fresh.head(first, Hash.of(root1)), List.of())));
            var next = head(fresh.head(second, Hash.of(root2)), proof);
            boolean wrong = vector.get("wantErr").asBoolean();
            String expected = wrong ? Refusal.NOT_CONSISTENT.word() : LODGED;
            assertEquals(expected, bring(next), vector.get("case").asText());
            tried++;
        }
        assertTrue(tried >= 20, "only " + tried + " vectors fitted");
    }
}
