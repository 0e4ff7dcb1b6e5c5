package org.sealpost.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.sealpost.merkle.Hash;

/// Where test data lies: the examples of the formats beside this code, and the vectors of others outside.
public final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Vectors() {}

    /// One of the examples that make-vectors.py makes.
    static JsonNode own(String name) throws IOException {
        var root = Path.of(System.getProperty("sealpost.root", "../.."));
        return JSON.readTree(
                root.resolve("gateway/verifier/src/test/vectors").resolve(name).toFile());
    }

    public static Path shared(String name) {
        var path = Path.of(System.getProperty("sealpost.shared", "../shared"), "vectors")
                .resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "shared vectors are not here: " + name);
        return path;
    }

    public static JsonNode json(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.asText());
    }

    static Hash hash(JsonNode text) {
        return Hash.ofHex(text.asText());
    }
}
