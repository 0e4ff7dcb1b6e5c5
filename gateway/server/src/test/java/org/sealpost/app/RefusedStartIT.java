package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.SoftHsm;

/// What an operator gets whose box cannot start: the exit codes of docs/operations.md, and one sentence.
@Timeout(120)
class RefusedStartIT {
    private static final int REFUSED = 78;

    @TempDir
    private Path folder;

    private Path module;

    @BeforeEach
    void token() throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        module = SoftHsm.module().orElseThrow();
        Files.writeString(folder.resolve("clients"), "");
        write("", "");
        assertEquals(0, Main.run("token", "init", "--config", file()));
    }

    @Test
    void aLibraryThatIsNoneIsNamed() throws Exception {
        module = folder.resolve("nowhere.so");
        write("", "");
        assertRefused(REFUSED, "nowhere.so");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            write("port = " + other.getLocalPort(), "");
            assertRefused(REFUSED, "[http] cannot listen on 127.0.0.1, port " + other.getLocalPort());
        }
    }

    @Test
    void aKeyThatIsNotThereIsNamed() throws Exception {
        write("", "seal-key = \"other\"");
        assertRefused(REFUSED, "key \"other\" refused");
    }

    @Test
    void aDataDirectoryThatIsNoneIsNamed() throws Exception {
        Files.writeString(folder.resolve("data"), "");
        assertRefused(REFUSED, folder.resolve("data").toString());
    }

    /// It could not be claimed: nobody would see its code.
    @Test
    void aBoxOfItsOwnIsStartedByItsOwnVerb() throws Exception {
        write("port = 0", "[box]\nconsole = \"console\"");
        assertRefused(REFUSED, "[box] is there; start it with: box");
        assertFalse(Files.exists(folder.resolve("data")));
    }

    @Test
    void damageIsABrokenPromiseAndSaysInWhichJournal() throws Exception {
        Files.createDirectories(folder.resolve("data/seals"));
        Files.writeString(folder.resolve("data/seals/0000000000000000.segment"), "");
        assertRefused(Main.BROKEN_PROMISE, "seals/0000000000000000.segment");
    }

    private String file() {
        return folder.resolve("sealpost.toml").toString();
    }

    private void write(String http, String token) throws IOException {
        Files.writeString(
                folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [mqtt]
                port = 0
                [http]
                %s
                [token]
                module = "%s"
                label = "box"
                pin-file = "pin"
                driver = "inside"
                %s
                """.formatted(http.isEmpty() ? "port = 0" : http, module, token));
    }

    private void assertRefused(int exitCode, String named) {
        var err = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        int code;
        try {
            code = Main.run("run", "--config", file());
        } finally {
            System.setErr(err);
        }
        var text = said.toString(StandardCharsets.UTF_8);
        assertEquals(exitCode, code, text);
        assertTrue(text.contains("sealpost: ") && text.contains(named), text);
        assertFalse(text.contains("\tat "), "a stack trace is not for operators: " + text);
    }
}
