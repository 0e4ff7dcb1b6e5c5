package org.sealpost.merkle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Roots and proofs of the log in the formats' examples, which a script made that shares no code with ours.
class OwnTreesTest {
    @Test
    void rootsAndProofsAreThoseOfTheScript() throws Exception {
        var root = Path.of(System.getProperty("sealpost.root", "../.."));
        var trees = new ObjectMapper()
                .readTree(root.resolve("gateway/verifier/src/test/vectors/trees.json")
                        .toFile());
        var tree = new NaiveTree(hashes(trees.get("leafHashes")));
        var roots = hashes(trees.get("roots"));
        assertEquals(40, roots.size());
        var frontier = Frontier.empty(NodeSink.NOWHERE);
        var inclusion = MessageDigest.getInstance("SHA-256");
        var consistency = MessageDigest.getInstance("SHA-256");
        for (int size = 1; size <= 40; size++) {
            frontier.append(tree.leaves().get(size - 1));
            assertEquals(roots.get(size - 1), frontier.root());
            if (size == 1) continue;
            for (int i = 0; i < size; i++) {
                for (var hash : Proofs.inclusion(tree, i, size)) inclusion.update(hash.toBytes());
                for (var hash : Proofs.consistency(tree, i + 1, size)) consistency.update(hash.toBytes());
            }
        }
        assertEquals(
                trees.get("digestOfAllInclusionPaths").asText(), HexFormat.of().formatHex(inclusion.digest()));
        assertEquals(
                trees.get("digestOfAllConsistencyPaths").asText(),
                HexFormat.of().formatHex(consistency.digest()));
        for (var proof : trees.get("inclusion")) {
            int index = proof.get("index").asInt();
            int size = proof.get("size").asInt();
            var leaf = tree.leaves().get(index);
            assertTrue(Inclusion.verify(leaf, index, size, hashes(proof.get("path")), roots.get(size - 1)));
        }
        for (var proof : trees.get("consistency")) {
            int old = proof.get("oldSize").asInt();
            int size = proof.get("size").asInt();
            assertTrue(
                    Consistency.verify(old, roots.get(old - 1), size, roots.get(size - 1), hashes(proof.get("path"))));
        }
    }

    private static List<Hash> hashes(JsonNode list) {
        var hashes = new ArrayList<Hash>();
        for (var item : list) hashes.add(Hash.ofHex(item.asText()));
        return hashes;
    }
}
