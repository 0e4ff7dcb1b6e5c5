package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.P11KitServer;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// A token behind the driver process that is unplugged: the process stays, and its word goes through.
@Timeout(1800)
class UnpluggedInDriverTest {
    @TempDir
    Path folder;

    private SoftHsm hsm;
    private P11KitServer server;
    private TokenConfig config;
    private DriverOptions options;
    private RemoteToken token;

    @BeforeEach
    void openATokenThroughTheServer() throws Exception {
        hsm = SoftHsm.create(folder);
        TokenConfig direct = hsm.token("far", 2);
        server = P11KitServer.start(hsm);
        config = server.through(direct);
        var environment = new HashMap<>(SoftHsm.environment());
        environment.put("P11_KIT_SERVER_ADDRESS", server.address());
        options = DriverOptions.DEFAULT.withEnvironment(environment).withPatience(Driven.LONG);
        token = Driven.open(config, options);
        Driven.await(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void isUsedAgainWhenItIsBackWithoutANewProcess() throws Exception {
        SigningKey key = token.generate("seal", KeyKind.P256);
        ProcessHandle process = Driven.process(token);
        for (int round = 0; round < 3; round++) {
            server.kill();
            assertEquals(TokenHealth.State.ABSENT, awaitSetback(key).state());
            assertEquals(TokenHealth.State.ABSENT, token.health().state());
            server.restart();
            Driven.await(token, TokenHealth.State.READY);
            Driven.assertSigns(key);
        }
        assertEquals(process.pid(), Driven.process(token).pid());
    }

    @Test
    void aPinnedKeyCanBeHadBeforeItsTokenIsThere() throws Exception {
        byte[] seal = token.generate("seal", KeyKind.P256).spki();
        byte[] other = token.generate("other", KeyKind.P256).spki();
        token.close();
        server.kill();
        token = Driven.open(config, options);
        Driven.await(token, TokenHealth.State.ABSENT);
        assertThrows(TokenSetback.class, () -> token.key(KeySpec.unpinned("seal", KeyKind.P256)));
        SigningKey key = token.key(KeySpec.pinned("seal", KeyKind.P256, seal));
        assertEquals(TokenHealth.State.ABSENT, Driven.setback(key, SOON).state());
        // Its process is killed meanwhile; the next one is told the key before the token is there.
        ProcessHandle process = Driven.process(token);
        Driven.signal(process, Driven.SIGKILL);
        Driven.next(token, process);
        server.restart();
        Driven.awaitSignature(token, key);

        // Of a key that is not the pinned one the next process learns before it opens the token.
        token.close();
        server.kill();
        token = Driven.open(config, options);
        SigningKey wrong = token.key(KeySpec.pinned("seal", KeyKind.P256, other));
        process = Driven.process(token);
        server.restart();
        Driven.signal(process, Driven.SIGKILL);
        Driven.await(token, TokenHealth.State.KEY_REFUSED);
        var failed = assertThrows(
                ExecutionException.class, () -> wrong.sign(new byte[32], SOON).get(600, TimeUnit.SECONDS));
        assertEquals(
                "CKA_EC_POINT",
                assertInstanceOf(KeyRefused.class, failed.getCause()).attribute());
        Driven.assertSigns(token.key(KeySpec.pinned("other", KeyKind.P256, other)));
    }

    /// A stranger of the same label lies in the token's place when the process is replaced: our PIN is not tried on
    /// it.
    @Test
    void aStrangerInItsPlaceIsNotLoggedInToByTheNextProcess() throws Exception {
        SigningKey key = token.generate("seal", KeyKind.P256);
        Driven.assertSigns(key);
        server.kill();
        hsm.withdraw();
        hsm.token("far", 2);
        ProcessHandle process = Driven.process(token);
        Driven.signal(process, Driven.SIGKILL);
        server.restart();
        Driven.next(token, process);
        Await.until(SOON, token::health, () -> token.health().cause().contains("instead of"));
        assertEquals(TokenHealth.State.ABSENT, token.health().state());
        assertFalse(Files.exists(folder.resolve("far.pin.blocked")));

        server.kill();
        hsm.giveBack();
        server.restart();
        Driven.awaitSignature(token, key);
        assertFalse(Files.exists(folder.resolve("far.pin.blocked")));
    }

    /// The call that meets the fault may still be repeated; the one after it is refused.
    private TokenSetback awaitSetback(SigningKey key) {
        Await.until(SOON, token::health, () -> !Driven.signs(key));
        return Driven.setback(key, SOON);
    }
}
