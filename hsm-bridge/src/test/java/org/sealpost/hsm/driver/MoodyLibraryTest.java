package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// A library that crashes in its functions costs what was under way, and no more. Those that hang:
/// [HangingLibraryTest].
@Timeout(1800)
class MoodyLibraryTest {
    @TempDir
    Path folder;

    private MoodyModule moody;
    private RemoteToken token;
    private SigningKey key;

    @BeforeEach
    void putAMoodyLibraryBeforeAToken() throws Exception {
        moody = MoodyModule.before(SoftHsm.create(folder).token("moody", 2), folder);
        open(Driven.LONG);
        key = token.generate("seal", KeyKind.P256);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
    }

    private void open(Duration patience) {
        token = Driven.open(
                moody.config(),
                DriverOptions.DEFAULT.withEnvironment(moody.environment()).withPatience(patience));
    }

    @Test
    void aCrashInASignatureIsToldWithItsPlace() throws Exception {
        moody.becomes("crash C_Sign");
        TokenSetback told = Driven.setback(key, SOON);
        assertEquals(TokenHealth.State.RECOVERING, told.state());
        assertTrue(
                told.words().startsWith("the driver process ended by signal 11 (SIGSEGV) in [libmoody.so+0x"),
                told.words());
        // It goes on crashing, in the self-test now; that is slower each time, and health says what it is.
        Await.until(SOON, token::health, () -> token.health().cause().contains("libmoody.so") && !Driven.signs(key));
        moody.heals();
        Driven.awaitSignature(token, key);
        Await.until(SOON, token::health, () -> token.health().isReady());
    }

    /// It would hold the PIN. The process's limit is raised first, where this machine's is none.
    @Test
    void aLibraryThatAbortsLeavesNoCore() throws Exception {
        Path pattern = Path.of("/proc/sys/kernel/core_pattern");
        Assumptions.assumeTrue(
                Files.exists(pattern) && Files.readString(pattern).startsWith("core"),
                "cores do not lie in the process's folder here");
        Installed.require(Files.exists(Path.of("/usr/bin/prlimit")), "prlimit is not there (package util-linux)");
        ProcessHandle process = Driven.process(token);
        Process prlimit = new ProcessBuilder("prlimit", "--pid", "" + process.pid(), "--core=unlimited")
                .inheritIO()
                .start();
        Assumptions.assumeTrue(prlimit.waitFor() == 0, "the limit cannot be raised");
        List<Path> before = cores();
        moody.becomes("abort C_Sign");
        assertEquals(
                "the driver process ended by signal 6",
                Driven.setback(key, SOON).words());
        assertEquals(before, cores());
        moody.heals();
        Driven.awaitSignature(token, key);
    }

    private static List<Path> cores() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(""))) {
            return all.filter(file -> file.getFileName().toString().matches("core(\\..*)?"))
                    .sorted()
                    .toList();
        }
    }

    /// The library breaks after the token has seen a wrong PIN, so that nobody here learns of the refusal: the token
    /// itself tells, before the next try.
    @Test
    void aWrongPinThatALibraryBreaksOverIsNotTriedASecondTime() throws Exception {
        token.close();
        moody.becomes("crash C_Login");
        Files.writeString(moody.config().pinFile(), "wrong-one\n");
        open(Driven.LONG);
        Await.until(SOON, token::health, () -> token.health().state() == TokenHealth.State.PIN_BLOCKED);
        assertTrue(token.health().cause().contains("few tries"), token.health().cause());
        ProcessHandle first = Driven.process(token);
        Driven.signal(first, Driven.SIGKILL);
        Driven.next(token, first);
        Await.until(SOON, token::health, () -> token.health().state() == TokenHealth.State.PIN_BLOCKED);
    }

    @Test
    void aRightPinThatALibraryBreaksOverIsTriedAgain() throws Exception {
        moody.becomes("crash C_Login");
        Driven.signal(Driven.process(token), Driven.SIGKILL);
        Await.until(SOON, token::health, () -> token.health().cause().contains("libmoody.so"));
        moody.heals();
        Driven.awaitSignature(token, key);
        assertFalse(Files.exists(folder.resolve("moody.pin.blocked")));
    }
}
