package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;

/// The examples of hand-overs (docs/formats.md §2.3, §8), which a script made that shares no code with ours.
class HandOverVectorsTest {
    private final JsonNode vectors;
    private final Map<String, TrustStore> stores = new HashMap<>();

    HandOverVectorsTest() throws Exception {
        vectors = Vectors.own("handovers.json");
        for (var file : vectors.get("trust")) {
            var name = file.get("name").asText();
            var text = file.get("text").asText().getBytes(StandardCharsets.UTF_8);
            stores.put(name, new TrustStore(List.of(TrustFile.parse(name, text))));
        }
    }

    @TestFactory
    Stream<DynamicTest> intactFilesEndAsEachTrustFileSays() {
        return each("files", 10, file -> {
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

    /// Each key that sealed a head, each hand-over that a head covers, and each break in words.
    private static void assertSays(Verdict.Intact verdict, JsonNode file) throws Exception {
        var proved = verdict.lines(Standing.PROVED);
        for (var key : file.get("keys")) {
            assertTrue(
                    proved.stream()
                            .anyMatch(line ->
                                    line.subject().equals("key") && line.text().contains(key.asText())),
                    verdict.toString());
        }
        var told = proved.stream()
                .filter(line -> line.subject().equals("hand-over"))
                .toList();
        assertEquals(file.get("handOvers").size(), told.size(), verdict.toString());
        for (int i = 0; i < told.size(); i++) {
            var leaf =
                    (HandOverLeaf) Leaf.parse(Vectors.hex(file.get("handOvers").get(i)));
            assertTrue(told.get(i).text().contains("at entry " + leaf.handOver().index() + " "), verdict.toString());
            assertEquals(
                    leaf.handOver().isBreak(),
                    told.get(i).text().contains("was replaced at entry 20 without its old key"),
                    verdict.toString());
        }
    }

    @TestFactory
    Stream<DynamicTest> faultyFilesEndWithThePartThatIsAtFault() {
        return each("negative", 70, file -> {
            var verdict = EvidenceVerifier.verify(
                    Vectors.hex(file.get("file")), stores.get("first-key-and-ca"), AnchorCheck.OFFLINE);
            assertEquals(file.get("exit").asInt(), verdict.exitCode(), verdict.toString());
            if (verdict instanceof Verdict.Unreadable) {
                assertEquals("file", file.get("part").asText(), verdict.toString());
                return;
            }
            var invalid = assertInstanceOf(Verdict.Invalid.class, verdict);
            assertEquals(file.get("part").asText(), invalid.part(), verdict.toString());
            assertEquals(file.has("head") ? file.get("head").asInt() : 0, invalid.head(), verdict.toString());
        });
    }

    @TestFactory
    Stream<DynamicTest> leavesAreReadAndWrittenAlike() {
        return each("leaves", 3, vector -> {
            var bytes = Vectors.hex(vector.get("leaf"));
            var leaf = assertInstanceOf(HandOverLeaf.class, Leaf.parse(bytes));
            assertArrayEquals(bytes, leaf.encode());
            assertEquals(vector.get("index").asLong(), leaf.handOver().index());
            assertEquals(Vectors.hash(vector.get("leafHash")), Merkle.leafHash(bytes));
            assertEquals(
                    vector.get("toBeSigned").asText(),
                    HexFormat.of().formatHex(leaf.handOver().toBeSigned()));
        });
    }

    /// Without a hand-over below a head there is nothing of version 2 in a file.
    @Test
    void filesBeforeTheFirstHandOverAreOfVersion1() {
        for (var file : vectors.get("files")) {
            int version = file.get("handOvers").isEmpty() ? 1 : 2;
            assertEquals(version, file.get("version").asInt(), file.get("name").asText());
        }
    }

    private interface Check {
        void run(JsonNode vector) throws Exception;
    }

    private Stream<DynamicTest> each(String name, int atLeast, Check check) {
        var tests = new ArrayList<DynamicTest>();
        for (var vector : vectors.get(name)) {
            var called = vector.has("name") ? vector.get("name").asText() : name + " " + tests.size();
            tests.add(DynamicTest.dynamicTest(called, () -> check.run(vector)));
        }
        assertTrue(tests.size() >= atLeast, "hardly any vectors: " + tests.size());
        return tests.stream();
    }
}
