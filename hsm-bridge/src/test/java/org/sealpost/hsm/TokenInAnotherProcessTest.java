package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A token that can be unplugged and that can hang: SoftHSM2 behind a p11-kit server.
@Timeout(600)
class TokenInAnotherProcessTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int SESSIONS = 2;
    private static final int QUEUE = 64 * SESSIONS;

    @TempDir
    Path folder;

    private P11KitServer server;
    private TokenConfig config;
    private TokenConfig second;
    private Token token;
    private SigningKey key;

    @BeforeEach
    void openATokenThroughTheServer() throws Exception {
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig direct = hsm.token("far", SESSIONS);
        second = hsm.token("second", 1);
        server = P11KitServer.start(hsm);
        config = server.through(direct);
        token = Tokens.open(config);
        Await.state(token, TokenHealth.State.READY);
        key = token.generate("seal", KeyKind.P256);
        assertSigns(SOON);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.proceed();
        }
        if (token != null) {
            token.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /// The server is replaced before the next call, which sees the dead connection and is repeated by itself.
    @Test
    void aCallThatMeetsTheFaultIsRepeatedOnce() throws Exception {
        server.kill();
        server.restart();
        assertSigns(SOON);
    }

    /// One library serves two tokens, and its finalisation ends the sessions of both.
    @Test
    void allTokensOfALibraryComeBack() throws Exception {
        try (Token other = Tokens.open(server.through(second))) {
            SigningKey otherKey = other.generate("account", KeyKind.SECP256K1);
            for (int round = 0; round < 2; round++) {
                server.kill();
                setback(SOON);
                server.restart();
                Await.state(token, TokenHealth.State.READY);
                Await.state(other, TokenHealth.State.READY);
                assertSigns(SOON);
                byte[] digest = random();
                byte[] signature = otherKey.sign(digest, SOON).get(240, TimeUnit.SECONDS);
                assertTrue(Independent.verifies(otherKey, digest, signature));
            }
        }
        assertSigns(SOON);
    }

    @Test
    void aStoppedServerBlocksNobodyAndIsUsedAgainWhenItGoesOn() throws Exception {
        server.stop();
        // In waves, since a wave that expires while it waits takes no thread along.
        Await.until(SOON, token::health, () -> {
            wave();
            return token.health().lostCalls() >= 2 * SESSIONS;
        });
        Await.state(token, TokenHealth.State.UNRESPONSIVE);
        for (int i = 0; i < 3; i++) {
            wave();
        }
        // Each lane was replaced once, and none a second time.
        assertEquals(2 * SESSIONS, token.health().lostCalls());

        server.proceed();
        Await.state(token, TokenHealth.State.READY);
        Await.until(SOON, token::health, () -> token.health().lostCalls() == 0);
        for (int i = 0; i < 10; i++) {
            assertSigns(SOON);
        }
    }

    /// Nobody answers.
    private void wave() {
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            answers.add(key.sign(random(), SHORT));
        }
        for (CompletableFuture<byte[]> answer : answers) {
            var failed = assertThrows(ExecutionException.class, () -> answer.get(240, TimeUnit.SECONDS));
            assertInstanceOf(TokenSetback.class, failed.getCause());
        }
    }

    @Test
    void aServerThatIsStoppedAndThenKilledIsReplacedByANewOne() throws Exception {
        server.stop();
        setback(SHORT);
        setback(SHORT);
        server.kill();
        server.restart();
        Await.until(SOON, token::health, this::signs);
        assertSigns(SOON);
    }

    @Test
    void theQueueIsBounded() throws Exception {
        server.stop();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < QUEUE + SESSIONS + 50; i++) {
            answers.add(key.sign(random(), SOON));
        }
        // At most one call per session is out of the queue and in the module.
        Await.until(SOON, () -> "refused " + refusedOf(answers), () -> refusedOf(answers) >= 50);
        int refused = refusedOf(answers);
        assertTrue(refused <= 50 + SESSIONS, "refused " + refused);
        server.proceed();
        int signed = 0;
        for (CompletableFuture<byte[]> answer : answers) {
            try {
                answer.get(240, TimeUnit.SECONDS);
                signed++;
            } catch (ExecutionException told) {
                assertInstanceOf(QueueFull.class, told.getCause());
            }
        }
        assertEquals(answers.size() - refused, signed);
    }

    @Test
    void aCallThatExpiresInTheQueueGivesItsPlaceToAnother() throws Exception {
        server.stop();
        for (int round = 0; round < 2; round++) {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < QUEUE; i++) {
                answers.add(key.sign(random(), SHORT));
            }
            for (CompletableFuture<byte[]> answer : answers) {
                var failed = assertThrows(ExecutionException.class, () -> answer.get(240, TimeUnit.SECONDS));
                assertInstanceOf(TokenSetback.class, failed.getCause());
            }
        }
    }

    @Test
    void aTokenThatComesBackWithAnotherKeyIsNotUsed() throws Exception {
        token.close();
        token = Tokens.open(config);
        byte[] other = token.generate("other", KeyKind.P256).spki();
        token.close();
        server.kill();
        token = Tokens.open(config);
        key = token.key(KeySpec.pinned("seal", KeyKind.P256, other));
        server.restart();
        Await.state(token, TokenHealth.State.KEY_REFUSED);
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(), SOON).get(240, TimeUnit.SECONDS));
        assertEquals(
                "CKA_EC_POINT",
                assertInstanceOf(KeyRefused.class, failed.getCause()).attribute());
        // Another key of the same token is not concerned.
        key = token.key(KeySpec.pinned("other", KeyKind.P256, other));
        assertSigns(SOON);
    }

    /// A refused key is tested again and again, also while the token breaks.
    @Test
    void aRefusedKeyDoesNotHinderRecovery() throws Exception {
        byte[] other = token.generate("other", KeyKind.P256).spki();
        token.close();
        server.kill();
        token = Tokens.open(config);
        token.key(KeySpec.pinned("seal", KeyKind.P256, other));
        key = token.key(KeySpec.pinned("other", KeyKind.P256, other));
        for (int round = 0; round < 6; round++) {
            server.restart();
            Await.state(token, TokenHealth.State.KEY_REFUSED);
            assertSigns(SOON);
            server.kill();
            setback(SOON);
        }
    }

    @Test
    void aTokenThatHangsCanBeClosed() throws Exception {
        server.stop();
        setback(SHORT);
        token.close();
        assertEquals(TokenHealth.State.CLOSED, token.health().state());
    }

    private void assertSigns(Duration deadline) throws Exception {
        byte[] digest = random();
        byte[] signature = key.sign(digest, deadline).get(240, TimeUnit.SECONDS);
        assertTrue(Independent.verifies(key, digest, signature));
    }

    private boolean signs() {
        try {
            key.sign(random(), SOON).get(240, TimeUnit.SECONDS);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    private TokenSetback setback(Duration deadline) {
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(), deadline).get(240, TimeUnit.SECONDS));
        return assertInstanceOf(TokenSetback.class, failed.getCause());
    }

    private static int refusedOf(List<CompletableFuture<byte[]>> answers) {
        return (int) answers.stream()
                .filter(a -> a.isDone() && a.exceptionNow() instanceof QueueFull)
                .count();
    }

    private static byte[] random() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
