package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kills the process of a new box at each step of its first boot. Whatever was done, the next start goes on
/// from there, and the box comes to its owner.
@Timeout(600)
class FirstBootIT {
    private static final List<String> STEPS = List.of("directories", "tls identity", "token", "log", "doors");

    @TempDir
    private Path folder;

    @Test
    void aKillAtAnyStepIsMendedByTheNextStart() throws Exception {
        for (var step : STEPS) {
            var place = BoxFolder.create(folder.resolve(step.replace(' ', '-')));
            try (var box = BoxProcess.start(place)) {
                box.await(step, line -> line.endsWith("first boot: " + step));
                box.kill();
            }
            claimAndRecord(place);
        }
    }

    /// Each life comes one step farther, or not even that.
    @Test
    void soIsAKillAtEveryStepOneAfterTheOther() throws Exception {
        var place = BoxFolder.create(folder.resolve("box"));
        var announced = new ArrayList<String>();
        for (var step : STEPS) {
            try (var box = BoxProcess.start(place)) {
                var line = box.await(
                        step, said -> said.endsWith("first boot: " + step) || said.startsWith("sealpost: ready"));
                announced.add(line);
                box.kill();
            }
        }
        assertTrue(announced.getFirst().endsWith("first boot: directories"), announced::toString);
        claimAndRecord(place);
    }

    /// A second start does nothing of it again: same certificate, same origin, same owner.
    @Test
    void aStartAfterTheFirstChangesNothing() throws Exception {
        var place = BoxFolder.create(folder.resolve("box"));
        String certificate;
        String origin;
        try (var box = BoxProcess.start(place)) {
            box.awaitReady();
            for (var step : STEPS) {
                assertTrue(box.said().stream().anyMatch(line -> line.endsWith("first boot: " + step)), step);
            }
            assertEquals(
                    1,
                    box.said().stream()
                            .filter(line -> line.contains(" in force: "))
                            .count(),
                    "what is configured");
            certificate = place.shown("certificate").orElseThrow();
            assertEquals(143, box.stop());
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(place.data())));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(place.data().resolve("tls/identity.pem"))));
        claimAndRecord(place);
        try (var box = BoxProcess.start(place)) {
            box.awaitReady();
            assertTrue(
                    box.said().stream().noneMatch(line -> line.contains("first boot: ")),
                    () -> box.said().toString());
            assertEquals(certificate, place.shown("certificate").orElseThrow());
            origin = place.shown("claimed, origin").orElseThrow();
        }
        assertTrue(origin.startsWith("test-box/"), origin);
    }

    /// The claim, once it was answered, is there after the power came back, and the token takes a record.
    private static void claimAndRecord(BoxFolder place) throws Exception {
        String token;
        try (var box = BoxProcess.start(place);
                var visitor = visitor(box, place)) {
            var code = place.shown("claim code").orElseThrow();
            token = Visitor.element(visitor.post("/claim", Map.of("code", code)), "token");
            var done = visitor.post("/claim/confirm", Map.of("code", code, "token", token));
            assertEquals(303, done.statusCode(), done::body);
            box.kill();
        }
        try (var box = BoxProcess.start(place);
                var visitor = visitor(box, place)) {
            assertTrue(place.shown("claimed, origin").isPresent(), place::toString);
            var taken = visitor.send(visitor.request("/v1/records")
                    .header("Authorization", "Bearer " + token)
                    .POST(BodyPublishers.ofString("x")));
            assertEquals(201, taken.statusCode(), taken::body);
        }
    }

    private static Visitor visitor(BoxProcess box, BoxFolder place) throws Exception {
        return new Visitor(box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow());
    }
}
