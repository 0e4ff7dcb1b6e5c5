package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.FaultShim.Fault;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// A library that does not come back from one of its functions loses its process over it, and the next one signs.
@Timeout(1800)
class HangingLibraryTest {
    /// Instead of the ten seconds that a box has; three of these for whatever belongs to the opening.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    private FaultShim shim;
    private TokenConfig config;
    private RemoteToken token;
    private SigningKey key;

    @BeforeEach
    void putALibraryThatHangsBeforeAToken() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        config = shim.through(SoftHsm.create(folder).token("hanging", 2));
        open(Driven.LONG);
        key = token.generate("seal", KeyKind.P256);
        token.close();
        open(PATIENCE);
        key = token.key(key.spec());
        Driven.awaitSignature(token, key);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
        if (shim != null) {
            shim.heal();
            shim.nobodyIsInside();
        }
    }

    private void open(Duration patience) {
        token = Driven.open(config, shim, patience);
    }

    @Test
    void inASignature() throws Exception {
        ProcessHandle first = Driven.process(token);
        shim.on(Function.SIGN).hangs(Fault.ALWAYS);
        for (int call = 0; call < 4; call++) {
            Driven.setback(key, Duration.ofMillis(200));
        }
        Await.until(SOON, token::health, () -> token.health().state() == TokenHealth.State.UNRESPONSIVE);
        Await.until(SOON, token::health, () -> !first.isAlive());
        shim.heal();
        Driven.awaitSignature(token, key);
    }

    /// What is called when a token is opened, by a process that has just been started.
    @ParameterizedTest
    @EnumSource(names = {"INITIALIZE", "LOGIN"})
    void inTheOpening(Function function) throws Exception {
        ProcessHandle first = Driven.process(token);
        shim.on(function).heal();
        shim.on(function).hangs(1);
        Driven.signal(first, Driven.SIGKILL);
        assertLosesItsProcess(Driven.next(token, first), function);
        assertFalse(Files.exists(folder.resolve("hanging.pin.blocked")), "the PIN is not to blame");
    }

    /// A device error makes the library be finalised.
    @Test
    void inFinalising() throws Exception {
        ProcessHandle first = Driven.process(token);
        shim.on(Function.FINALIZE).hangs(1);
        shim.on(Function.SIGN).returns(0x30, 2);
        CompletableFuture<byte[]> underWay = key.sign(Driven.random(32), SOON);
        assertLosesItsProcess(first, Function.FINALIZE);
        var told = assertThrows(ExecutionException.class, () -> underWay.get(600, TimeUnit.SECONDS));
        assertInstanceOf(TokenSetback.class, told.getCause());
    }

    @Test
    void whenTheTokenIsClosed() {
        ProcessHandle process = Driven.process(token);
        shim.on(Function.CLOSE_SESSION).heal();
        shim.on(Function.CLOSE_SESSION).hangs(Fault.ALWAYS);
        token.close();
        Await.until(SOON, () -> "process " + process.pid(), () -> !process.isAlive());
        assertTrue(shim.on(Function.CLOSE_SESSION).met() > 0);
    }

    private void assertLosesItsProcess(ProcessHandle hanging, Function function) {
        Await.until(SOON, token::health, () -> token.health().state() == TokenHealth.State.UNRESPONSIVE);
        Await.until(SOON, token::health, () -> !hanging.isAlive());
        Driven.next(token, hanging);
        Driven.awaitSignature(token, key);
        Await.until(SOON, token::health, () -> token.health().isReady());
        assertEquals(1, shim.on(function).met());
    }
}
