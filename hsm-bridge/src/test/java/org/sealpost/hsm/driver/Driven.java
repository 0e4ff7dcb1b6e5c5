package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.Independent;
import org.sealpost.hsm.P11KitServer;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// What tests do with a token in a driver process.
final class Driven {
    /// Far more than is needed: a machine may have other things to do.
    static final Duration SOON = Duration.ofMinutes(5);
    /// For tests that stop a process for a while which must not be taken for a hanging one.
    static final Duration LONG = Duration.ofMinutes(5);
    static final int SIGINT = 2;
    static final int SIGKILL = 9;
    static final int SIGSEGV = 11;
    static final int SIGTERM = 15;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;

    private Driven() {}

    static RemoteToken open(TokenConfig config, DriverOptions options) {
        return RemoteToken.open(config, options);
    }

    /// With the shim's own environment.
    static RemoteToken open(TokenConfig config, FaultShim shim, Duration patience) {
        var environment = new HashMap<>(SoftHsm.environment());
        environment.putAll(shim.environment());
        return open(config, new DriverOptions(environment, patience, LONG));
    }

    static ProcessHandle process(Token token) {
        Await.until(SOON, token::health, () -> running(token).isPresent());
        return running(token).orElseThrow();
    }

    /// The process after this one.
    static ProcessHandle next(Token token, ProcessHandle before) {
        Await.until(
                SOON,
                token::health,
                () -> running(token).filter(now -> now.pid() != before.pid()).isPresent());
        return running(token).orElseThrow();
    }

    private static Optional<ProcessHandle> running(Token token) {
        return ((RemoteToken) token).process().flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive);
    }

    static void await(Token token, TokenHealth.State state) {
        Await.until(SOON, token::health, () -> token.health().state() == state);
    }

    static void signal(ProcessHandle process, int number) {
        P11KitServer.signal(process, number);
    }

    static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }

    static void assertSigns(SigningKey key) throws Exception {
        byte[] digest = random(32);
        byte[] signature = key.sign(digest, SOON).get(600, TimeUnit.SECONDS);
        assertTrue(Independent.verifies(key, digest, signature));
    }

    static boolean signs(SigningKey key) {
        try {
            assertSigns(key);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    static void awaitSignature(Token token, SigningKey key) {
        Await.until(SOON, token::health, () -> signs(key));
    }

    static TokenSetback setback(SigningKey key, Duration deadline) {
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(32), deadline).get(600, TimeUnit.SECONDS));
        return assertInstanceOf(TokenSetback.class, failed.getCause());
    }
}
