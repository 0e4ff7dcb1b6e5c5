package org.sealpost.merkle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The proofs of transparency-dev/merkle. Its subtree files are left out: they belong to a draft newer than RFC 9162,
/// and nothing of ours makes or reads a proof for a subtree.
class SharedProofsTest {
    @Test
    void inclusion() throws IOException {
        run("inclusion.jsonl", line -> {
            var path = hashes(line);
            return Inclusion.verify(
                    hash(line.get("leafHash")),
                    line.get("leafIdx").bigIntegerValue().longValue(),
                    line.get("treeSize").bigIntegerValue().longValue(),
                    path,
                    hash(line.get("root")));
        });
    }

    @Test
    void consistency() throws IOException {
        run(
                "consistency.jsonl",
                line -> Consistency.verify(
                        line.get("size1").bigIntegerValue().longValue(),
                        hash(line.get("root1")),
                        line.get("size2").bigIntegerValue().longValue(),
                        hash(line.get("root2")),
                        hashes(line)));
    }

    private static void run(String name, Predicate<JsonNode> check) throws IOException {
        var file = Path.of(System.getProperty("sealpost.shared", "../shared"), "vectors/merkle", name);
        Assumptions.assumeTrue(Files.exists(file), "shared vectors are not here: vectors/merkle/" + name);
        int accepted = 0;
        int refused = 0;
        for (var text : Files.readAllLines(file)) {
            var line = new ObjectMapper().readTree(text);
            boolean ok;
            try {
                ok = check.test(line);
            } catch (IllegalArgumentException e) {
                // A hash of another length than 32 bytes never becomes a Hash.
                ok = false;
            }
            assertEquals(!line.get("wantErr").asBoolean(), ok, line.get("case").asText());
            if (ok) accepted++;
            else refused++;
        }
        assertTrue(accepted > 0 && refused > 0, name + ": " + accepted + " accepted, " + refused + " refused");
    }

    private static Hash hash(JsonNode base64) {
        return Hash.of(base64.isNull() ? new byte[0] : Base64.getDecoder().decode(base64.asText()));
    }

    private static List<Hash> hashes(JsonNode line) {
        var list = new ArrayList<Hash>();
        for (var item : line.get("proof")) list.add(hash(item));
        return list;
    }
}
