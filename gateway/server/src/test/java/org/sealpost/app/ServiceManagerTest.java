package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceManagerTest {
    /// Python has the datagram sockets that the JDK lacks.
    private static final String RECEIVER = """
            import socket, sys
            receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            name = sys.argv[1]
            receiver.bind("\\0" + name[1:] if name.startswith("@") else name)
            print("bound", flush=True)
            print(receiver.recv(100).decode(), flush=True)
            """;

    @TempDir
    Path folder;

    @Test
    void theManagerIsToldThroughASocketInAFolder() throws Throwable {
        assertTold(folder.resolve("notify").toString());
    }

    @Test
    void andThroughOneThatLiesInNone() throws Throwable {
        assertTold("@sealpost-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
    }

    @Test
    void aManagerThatIsNotThereIsAFailureThatIsNamed() {
        assertThrows(
                IllegalStateException.class,
                () -> ServiceManager.notify(folder.resolve("nobody").toString(), "READY=1"));
        assertThrows(IllegalArgumentException.class, () -> ServiceManager.notify("/" + "x".repeat(200), "READY=1"));
    }

    private static void assertTold(String socket) throws Throwable {
        Command.assumeInstalled("python3", "python3");
        var process = new ProcessBuilder("python3", "-c", RECEIVER, socket)
                .redirectErrorStream(true)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("bound", lines.readLine());
            ServiceManager.notify(socket, "READY=1");
            assertEquals("READY=1", lines.readLine());
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
