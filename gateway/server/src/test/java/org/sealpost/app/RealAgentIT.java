package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole box and the real update agent beside it: what the owner orders becomes an act of the agent's, and an entry
/// of the log.
@Timeout(300)
class RealAgentIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void anOrderOfTheOwnersIsAnActInTheLog() throws Exception {
        var place = BoxFolder.create(folder.resolve("box"));
        var ota = Files.createDirectory(folder.resolve("ota"));
        place.configure("[update]\nagent = \"%s\"\nacts = \"%s\"\n"
                .formatted(ota.resolve("run/agent.socket"), ota.resolve("data/acts")));
        try (var box = Box.start(place.config());
                var visitor = new Visitor(
                        box.httpPort(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = OwnedBox.claim(visitor, place);
            assertEquals(503, owned.get("/v1/update").statusCode(), "it is not there yet");
            try (var _ = AgentProcess.start(ota)) {
                Await.until("it answers", () -> owned.get("/v1/update").statusCode() == 200);
                var status = status(owned);
                assertEquals("1.0.0", status.required("version").asText());
                assertEquals("A", status.required("slot").asText());
                assertEquals("idle", status.required("state").asText());

                var set = owned.post("/updates/source", Map.of("url", "https://127.0.0.1:1/", "automatic", "true"));
                assertEquals(200, set.statusCode(), set::body);
                assertEquals(
                        "https://127.0.0.1:1/",
                        status(owned).required("source").required("url").asText());
                var refused = owned.post("/updates/install", Map.of("version", "9.9.9"));
                assertEquals(422, refused.statusCode(), refused::body);
                assertTrue(refused.body().contains("\"detail\""), refused::body);
                assertEquals(
                        422,
                        owned.post("/updates/source", Map.of("url", "ftp://x")).statusCode());
            }
            try (var _ = AgentProcess.start(ota)) {
                Await.until("it knows its source after a kill", () -> {
                    var answer = owned.get("/v1/update");
                    return answer.statusCode() == 200
                            && JSON.readTree(answer.body())
                                    .required("source")
                                    .required("automatic")
                                    .asBoolean();
                });
            }
            var written = Files.readAllLines(ota.resolve("data/acts")).stream()
                    .map(line -> line.substring(9))
                    .toList();
            assertFalse(written.isEmpty());
            Await.until(
                    "its acts are in the log",
                    () -> owned.contents(IntakeTrail.UPDATES_PROFILE).size() >= written.size());
            assertEquals(written, owned.contents(IntakeTrail.UPDATES_PROFILE));
            var act = JSON.readTree(written.getFirst());
            assertEquals(
                    List.of("source", "owner"),
                    List.of(act.required("act").asText(), act.required("by").asText()));
        }
    }

    private static JsonNode status(OwnedBox owned) throws Exception {
        var answer = owned.get("/v1/update");
        assertEquals(200, answer.statusCode(), answer::body);
        return JSON.readTree(answer.body());
    }
}
