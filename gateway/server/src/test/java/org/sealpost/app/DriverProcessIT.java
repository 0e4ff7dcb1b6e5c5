package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole box whose token has a driver process, as a real one has it: what ends that process costs a pause in seals.
@Timeout(600)
class DriverProcessIT {
    private static final int ROUNDS = 5;

    @TempDir
    private Path folder;

    @Test
    void aDriverThatIsKilledCostsAPauseInSeals() throws Exception {
        var place = BoxFolder.create(folder.resolve("box")).withDriverProcess();
        ProcessHandle last;
        try (var box = BoxProcess.start(place);
                var visitor = new Visitor(
                        box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = OwnedBox.claim(visitor, place);
            var before = box.driver();
            for (int round = 0; round < ROUNDS; round++) {
                before.destroyForcibly();
                var taken = visitor.send(visitor.request("/v1/records")
                        .header("Authorization", "Bearer " + owned.token())
                        .POST(BodyPublishers.ofString("record " + round)));
                assertEquals(201, taken.statusCode(), taken::body);
                var evidence = taken.headers().firstValue("location").orElseThrow() + "/evidence";
                Await.until(evidence, () -> owned.get(evidence).statusCode() == 200);
                assertNotEquals(before.pid(), box.driver().pid());
                before = box.driver();
            }
            last = before;
            assertEquals(143, box.stop());
        }
        assertFalse(last.isAlive(), "the gateway ends its driver process");
    }
}
