package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.SoftHsm;

/// A whole box whose token has a driver process, as a real one has it: what ends that process costs a pause in seals.
@Timeout(600)
class DriverProcessIT {
    private static final int ROUNDS = 5;

    @TempDir
    private Path folder;

    // As the kernel names it: the usual place is a link.
    private final String module = SoftHsm.module().orElseThrow().toRealPath().toString();

    DriverProcessIT() throws IOException {}

    @Test
    void aDriverThatIsKilledCostsAPauseInSeals() throws Exception {
        var place = BoxFolder.create(folder.resolve("box")).withDriverProcess();
        ProcessHandle last;
        try (var box = BoxProcess.start(place);
                var visitor = new Visitor(
                        box.awaitReady(), place.shown("certificate  SHA-256").orElseThrow())) {
            var owned = OwnedBox.claim(visitor, place);
            var before = box.driver();
            assertTrue(maps(before).contains(module), "the driver process has the library");
            assertFalse(
                    maps(box.gateway()).contains(module), "not even for the first boot had the gateway the library");
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

    /// What the kernel has mapped into a process: a library that was loaded once stays there.
    private static String maps(ProcessHandle process) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/maps"));
    }
}
