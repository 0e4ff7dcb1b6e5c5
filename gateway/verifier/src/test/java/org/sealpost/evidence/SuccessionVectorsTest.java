package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sealpost.evidence.EvidenceVerifier.OldLog;

/// What a log goes on from (docs/formats.md §33): a script that shares no code with ours made what is proved, and what
/// anybody may write.
class SuccessionVectorsTest {
    @TestFactory
    Stream<DynamicTest> itIsProvedByTheOldLogAndNotByWhoeverNamesIt() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        for (var vector : Vectors.own("succession.json").get("cases")) {
            tests.add(DynamicTest.dynamicTest(vector.get("name").asText(), () -> check(vector)));
        }
        assertTrue(tests.size() > 30, "hardly any vectors: " + tests.size());
        return tests.stream();
    }

    private static void check(JsonNode vector) throws Exception {
        var trust = new TrustStore(List.of(trust(vector, "trust"), trust(vector, "oldTrust")));
        Optional<OldLog> old = vector.get("old").isNull()
                ? Optional.empty()
                : Optional.of(new OldLog(Vectors.hex(vector.get("old")), AnchorProofCheck.NONE));
        var verdict = EvidenceVerifier.verify(
                Vectors.hex(vector.get("file")), old, trust, AnchorProofCheck.NONE, AnchorCheck.OFFLINE);
        assertEquals(vector.get("exit").asInt(), verdict.exitCode(), verdict.toString());
        var lines = ((Verdict.Intact) verdict)
                .lines().stream()
                        .filter(line ->
                                line.subject().equals("goes on from") && line.standing() != Standing.NOT_CHECKED)
                        .toList();
        assertEquals(vector.get("lines").asInt(), lines.size(), verdict.toString());
        for (var line : lines) {
            var proved = vector.get("provedBy");
            var claimed = vector.get("claimedBy");
            assertEquals(proved.isNull() ? Standing.CLAIMED : Standing.PROVED, line.standing(), line.text());
            var said = proved.isNull()
                    ? claimed.isNull() ? "claimed; " : "claimed, by " + claimed.asText() + ","
                    : "proved, by " + proved.asText() + ",";
            assertTrue(line.text().contains("): " + said), line.text());
        }
    }

    /// Nothing of the file that proves it can be another without the proof being gone, and the verdict stays as it is.
    @Test
    void whateverIsAlteredInTheOldFileLeavesItClaimed() throws Exception {
        var vector = Vectors.own("succession.json").get("cases").get(0);
        assertEquals("last-entry-of-the-old-log", vector.get("name").asText());
        var trust = new TrustStore(List.of(trust(vector, "trust"), trust(vector, "oldTrust")));
        var file = Vectors.hex(vector.get("file"));
        var old = Vectors.hex(vector.get("old"));
        for (int at = 0; at < old.length; at += 3) {
            var altered = old.clone();
            altered[at] ^= (byte) (1 << at % 8);
            var verdict = EvidenceVerifier.verify(
                    file,
                    Optional.of(new OldLog(altered, AnchorProofCheck.NONE)),
                    trust,
                    AnchorProofCheck.NONE,
                    AnchorCheck.OFFLINE);
            assertEquals(0, verdict.exitCode());
            assertTrue(
                    ((Verdict.Intact) verdict)
                            .lines(Standing.CLAIMED).stream()
                                    .anyMatch(line -> line.subject().equals("goes on from")),
                    () -> "altered at byte " + Arrays.mismatch(old, altered) + ": " + verdict);
        }
    }

    private static TrustFile trust(JsonNode vector, String name) throws TrustUnusable {
        return TrustFile.parse(name, vector.get(name).asText().getBytes(StandardCharsets.UTF_8));
    }
}
