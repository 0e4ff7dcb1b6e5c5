package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The examples of docs/formats.md, which a script made that shares no code with ours.
class OwnVectorsTest {
    @TestFactory
    Stream<DynamicTest> intactFilesEndAsEachTrustFileSays() throws Exception {
        var stores = stores();
        return each(Vectors.own("evidence.json").get("files"), file -> {
            var bytes = Vectors.hex(file.get("file"));
            assertArrayEquals(bytes, Evidence.parse(bytes).encode());
            var exits = file.get("exits");
            for (var name : (Iterable<String>) exits::fieldNames) {
                var verdict = EvidenceVerifier.verify(bytes, stores.get(name), AnchorCheck.OFFLINE);
                assertEquals(exits.get(name).asInt(), verdict.exitCode(), name + ": " + verdict);
                assertSays((Verdict.Intact) verdict, file);
            }
            assertEquals(
                    3,
                    EvidenceVerifier.verify(bytes, TrustStore.EMPTY, AnchorCheck.OFFLINE)
                            .exitCode());
        });
    }

    private static void assertSays(Verdict.Intact verdict, JsonNode file) {
        var proved = new ArrayList<String>();
        for (var line : verdict.lines(Standing.PROVED)) proved.add(line.subject() + " " + line.text());
        assertTrue(proved.contains("origin " + file.get("origin").asText()), proved.toString());
        assertTrue(proved.contains("index " + file.get("index").asText()), proved.toString());
        assertEquals(1, count(proved, "genesis " + file.get("genesisHash").asText()), proved.toString());
        for (int i = 0; i < file.get("sizes").size(); i++) {
            var expected = "sealed as one of " + file.get("sizes").get(i) + " entries with root "
                    + file.get("roots").get(i).asText();
            assertEquals(1, count(proved, expected), proved.toString());
        }
        for (var label : file.get("withheld")) {
            assertEquals(
                    1,
                    verdict.lines(Standing.NOT_CHECKED).stream()
                            .filter(line -> line.subject().equals(label.asText()))
                            .count());
        }
        int anchors = 0;
        for (var head : file.get("anchors")) anchors += head.size();
        assertEquals(
                anchors,
                verdict.lines().stream()
                        .filter(line ->
                                line.subject().equals("anchor") && line.text().contains("claimed, not checked"))
                        .count());
    }

    private static long count(List<String> lines, String prefix) {
        return lines.stream().filter(line -> line.startsWith(prefix)).count();
    }

    @TestFactory
    Stream<DynamicTest> faultyFilesEndWithThePartThatIsAtFault() throws Exception {
        var stores = stores();
        return each(Vectors.own("evidence-negative.json").get("files"), file -> {
            var bytes = Vectors.hex(file.get("file"));
            var exits = file.get("exits");
            for (var name : (Iterable<String>) exits::fieldNames) {
                var verdict = EvidenceVerifier.verify(bytes, stores.get(name), AnchorCheck.OFFLINE);
                assertEquals(exits.get(name).asInt(), verdict.exitCode(), verdict.toString());
                if (verdict instanceof Verdict.Invalid invalid) {
                    assertEquals(file.get("part").asText(), invalid.part(), verdict.toString());
                    assertEquals(file.has("head") ? file.get("head").asInt() : 0, invalid.head(), verdict.toString());
                } else {
                    assertEquals("file", file.get("part").asText(), verdict.toString());
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> unusableTrustFilesAreRefused() throws Exception {
        return each(Vectors.own("trust.json").get("unusable"), file -> {
            var bytes = file.has("text")
                    ? file.get("text").asText().getBytes(StandardCharsets.UTF_8)
                    : Vectors.hex(file.get("bytes"));
            var refusal = assertThrows(TrustUnusable.class, () -> TrustFile.parse("the-file", bytes));
            assertTrue(refusal.getMessage().contains("the-file"), refusal.getMessage());
        });
    }

    @TestFactory
    Stream<DynamicTest> receiptsAreMadeAndCheckedAlike() throws Exception {
        var vectors = Vectors.own("receipts.json");
        var key = P256Key.of(Vectors.hex(vectors.get("key")));
        return each(vectors.get("receipts"), vector -> {
            var receipt = Vectors.hex(vector.get("receipt"));
            assertArrayEquals(receipt, Receipt.parse(receipt).bytes());
            var seal = Seal.parse(Vectors.hex(vector.get("seal")));
            assertArrayEquals(Vectors.hex(vector.get("seal")), seal.bytes());
            assertArrayEquals(
                    Vectors.hex(vector.get("toBeSigned")),
                    Seal.toBeSigned(Vectors.hex(vector.get("protected")), Vectors.hash(vector.get("root"))));
            var outcome = ReceiptCheck.receipt(Vectors.hex(vector.get("leaf")), receipt, key.spki());
            if (!vector.get("accepted").asBoolean()) {
                assertInstanceOf(ReceiptCheck.Refused.class, outcome);
                return;
            }
            assertInstanceOf(ReceiptCheck.Accepted.class, outcome);
            assertTrue(seal.isSignedBy(key, Vectors.hash(vector.get("root"))));
            assertFalse(seal.isSignedBy(key, Vectors.hash(vector.get("leafHash"))));
            var proof = Receipt.parse(receipt).proof();
            // An RFC 9942 check alone accepts a path that is replayed at another size; we make no such receipt.
            boolean honest = proof.size() == seal.size();
            assertEquals(!vector.get("name").asText().equals("replayed-at-size-8"), honest);
            if (honest) {
                assertArrayEquals(
                        receipt, seal.receipt(proof.index(), proof.path()).bytes());
            }
            var draft = new SealDraft(
                    seal.origin(), seal.suite(), seal.genesisHash(), seal.size(), seal.time(), seal.keyThumbprint());
            var signature = P256Signature.ofRaw(Vectors.hex(vector.get("signature")));
            assertArrayEquals(seal.bytes(), draft.signed(signature).bytes());
        });
    }

    @TestFactory
    Stream<DynamicTest> checkpointsVerifyWithBothKeys() throws Exception {
        var vectors = Vectors.own("checkpoints.json");
        var keys = vectors.get("verifierKeys")
                .asText()
                .lines()
                .map(line -> VerifierKey.parse(line).orElseThrow())
                .toList();
        assertEquals(2, keys.size());
        return each(vectors.get("checkpoints"), vector -> {
            var note = vector.get("note").asText().getBytes(StandardCharsets.UTF_8);
            var parsed = Checkpoint.parse(note);
            boolean accepted = parsed.isPresent()
                    && keys.stream().allMatch(key -> key.verifies(parsed.get().note()));
            assertEquals(vector.get("accepted").asBoolean(), accepted);
            if (!accepted) return;
            assertEquals(vector.get("note").asText(), parsed.get().format());
            assertEquals(vector.get("signedText").asText(), parsed.get().text());
            assertEquals(vector.get("size").asLong(), parsed.get().head().size());
            assertEquals(Vectors.hash(vector.get("root")), parsed.get().head().root());
        });
    }

    @Test
    void checkpointsAreComposedAsTheScriptDoes() throws Exception {
        var note = Vectors.own("checkpoints.json")
                .get("checkpoints")
                .get(1)
                .get("note")
                .asText();
        var whole = Checkpoint.parse(note.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        var keys = Vectors.own("keys.json").get("keys");
        var sealKey = P256Key.of(Vectors.hex(keys.get(0).get("spki")));
        var ed25519 = Ed25519.ofSpki(Vectors.hex(keys.get(3).get("spki")));
        var first = P256Signature.ofDer(whole.signatures().get(0).signature()).orElseThrow();
        var again = Checkpoint.unsigned(whole.head())
                .with(sealKey, first)
                .withEd25519(ed25519, whole.signatures().get(1).signature());
        assertEquals(note, again.format());
        assertEquals(
                Vectors.own("checkpoints.json").get("verifierKeys").asText().strip(),
                VerifierKey.p256(whole.head().origin(), sealKey).format() + "\n"
                        + VerifierKey.ed25519(whole.head().origin(), ed25519).format());
    }

    @Test
    void keysHaveTheThumbprintsOfTheScript() throws Exception {
        for (var vector : Vectors.own("keys.json").get("keys")) {
            var spki = Vectors.hex(vector.get("spki"));
            if (vector.get("use").asText().startsWith("P-256")) {
                assertEquals(
                        vector.get("thumbprint").asText(),
                        P256Key.of(spki).thumbprint().hex());
            } else {
                assertThrows(IllegalArgumentException.class, () -> P256Key.of(spki));
            }
        }
    }

    private static Map<String, TrustStore> stores() throws IOException, TrustUnusable {
        var stores = new HashMap<String, TrustStore>();
        for (var file : Vectors.own("trust.json").get("files")) {
            var name = file.get("name").asText();
            var bytes = file.get("text").asText().getBytes(StandardCharsets.UTF_8);
            stores.put(name, new TrustStore(List.of(TrustFile.parse(name, bytes))));
        }
        return stores;
    }

    private interface Check {
        void run(JsonNode vector) throws Exception;
    }

    private static Stream<DynamicTest> each(JsonNode vectors, Check check) {
        if (vectors.size() < 3) fail("hardly any vectors");
        var tests = new ArrayList<DynamicTest>();
        for (var vector : vectors) {
            tests.add(DynamicTest.dynamicTest(vector.get("name").asText(), () -> check.run(vector)));
        }
        return tests.stream();
    }
}
