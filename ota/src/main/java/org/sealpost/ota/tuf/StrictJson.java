package org.sealpost.ota.tuf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// JSON without two readings: valid UTF-8, no name twice, nothing after the end, at most 32 deep. Whoever reads
/// it another way than we do could be shown other metadata under the same signature.
final class StrictJson {
    /// The largest text that is read at all; each file has a lower limit of its own.
    static final int MAX_BYTES = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(20)
                            .maxNameLength(1024)
                            .maxStringLength(64 << 10)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectWriter WRITER =
            MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private StrictJson() {}

    static ObjectNode object(byte[] bytes) throws Malformed {
        if (bytes.length > MAX_BYTES) throw new Malformed("is larger than " + MAX_BYTES + " bytes");
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            JsonNode node = MAPPER.readTree(text.toString());
            if (node instanceof ObjectNode object) return object;
            throw new Malformed("is not a JSON object");
        } catch (CharacterCodingException notText) {
            throw new Malformed("is not UTF-8");
        } catch (JsonProcessingException notJson) {
            throw new Malformed("is not strict JSON: " + firstLine(notJson.getOriginalMessage()));
        }
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /// Indented, for the eyes of whoever looks into a repository; signatures are over the canonical form.
    static byte[] bytes(JsonNode node) {
        try {
            return (WRITER.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree that cannot be written", impossible);
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
