package org.sealpost.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The verifier's process as a citizen of the machine; a shell stands in Java's place.
@Timeout(60)
class VerifierProcessTest {
    @TempDir
    private Path folder;

    private VerifierProcess shell(String script) {
        return new VerifierProcess(folder.resolve("work"), () -> "trust", List.of("/bin/sh", "-c", script));
    }

    @Test
    void itIsTheFirstToGoWhereMemoryRunsOut() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/oom_score_adj")), "no Linux");
        var said = shell(
                        "while [ \"$(cat /proc/$$/oom_score_adj)\" != 1000 ]; do sleep 0.1; done; echo NOT VALID: it is; exit 1")
                .objection(new byte[1]);
        assertEquals(Optional.of("its evidence is not valid: NOT VALID: it is"), said);
    }

    /// The JVM ends with 3 where it runs out of memory, and with 1 where it cannot begin: as a verdict would.
    @Test
    void onlyWhatAVerdictSaysIsOne() throws IOException {
        for (var script : List.of(
                "echo Terminating due to java.lang.OutOfMemoryError: Java heap space; exit 3",
                "echo Error: Could not create the Java Virtual Machine. >&2; exit 1",
                "echo NOT VALID: head 1, signature; exit 3",
                "exit 1")) {
            var failed = assertThrows(IOException.class, () -> shell(script).objection(new byte[1]), script);
            assertTrue(failed.getMessage().startsWith("sealpost verify ends with "), failed.getMessage());
        }
        assertEquals(
                Optional.of("the box's own trust file does not trust its evidence: INTACT, BUT THE SIGNER IS NOT IN THE"
                        + " TRUST STORE; fingerprint"),
                shell("echo warning; echo INTACT, BUT THE SIGNER IS NOT IN THE TRUST STORE; echo fingerprint; exit 3")
                        .objection(new byte[1]));
    }

    @Test
    void itEndsWithTheGatewayAndIsNotStartedAgain() throws Exception {
        var verifier = shell("touch " + folder.resolve("began") + "; exec sleep 600");
        var asked = CompletableFuture.runAsync(() -> {
            var ended = assertThrows(IOException.class, () -> verifier.objection(new byte[1]));
            assertInstanceOf(InterruptedIOException.class, ended);
        });
        Await.until("it runs", () -> Files.exists(folder.resolve("began")));
        verifier.close();
        asked.join();
        assertThrows(InterruptedIOException.class, () -> verifier.objection(new byte[1]));
        assertFalse(Files.exists(folder.resolve("work/record.evidence")), "no payload is left behind");
    }

    /// Its blocks are free from then on, and who reads the medium finds zeros in them.
    @Test
    void evidenceIsZerosBeforeItHasNoName() throws IOException {
        var second = folder.resolve("second-name");
        shell("ln " + folder.resolve("work/record.evidence") + " " + second).objection("a payload".getBytes(UTF_8));
        assertArrayEquals(new byte["a payload".length()], Files.readAllBytes(second));
        Files.createLink(
                folder.resolve("work/record.evidence"), Files.writeString(second, "left by a run that was cut"));
        assertEquals(
                Optional.of(folder.resolve("work/record.evidence")),
                VerifierProcess.evidenceIn(folder.resolve("work")));
        VerifierProcess.open(folder.resolve("work"), () -> "trust").close();
        assertArrayEquals(new byte["left by a run that was cut".length()], Files.readAllBytes(second));
        assertEquals(Optional.empty(), VerifierProcess.evidenceIn(folder.resolve("work")));
    }

    @Test
    void whatAnInterruptedOneLeftGoesAtTheNextStart() throws IOException {
        Files.createDirectory(folder.resolve("work"));
        Files.writeString(folder.resolve("work/record.evidence"), "a payload");
        VerifierProcess.open(folder.resolve("work"), () -> "trust").close();
        assertFalse(Files.exists(folder.resolve("work/record.evidence")));
        VerifierProcess.open(folder.resolve("none"), () -> "trust").close();
    }
}
