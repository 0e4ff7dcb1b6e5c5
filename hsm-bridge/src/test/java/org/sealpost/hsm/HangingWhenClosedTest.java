package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim.Fault;
import org.sealpost.hsm.FaultShim.Function;

/// A library that has lost a signature, and would lose the next call too, as p11-kit's client does: closing a token
/// makes no further call, so that the library's other tokens are served.
@Timeout(600)
class HangingWhenClosedTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path folder;

    private FaultShim shim;
    private Token token;
    private Token other;
    private SigningKey key;
    private SigningKey others;

    @BeforeEach
    void openTwoTokensOfALibrary() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig one = shim.through(hsm.token("hanging", 1));
        TokenConfig another = shim.through(hsm.token("other", 1));
        token = Tokens.open(one);
        key = token.generate("seal", KeyKind.P256);
        other = Tokens.open(another);
        others = other.generate("seal", KeyKind.P256);
        assertSigns(key);
        assertSigns(others);
    }

    @AfterEach
    void close() {
        if (shim != null) {
            shim.heal();
        }
        if (token != null) {
            token.close();
        }
        if (other != null) {
            other.close();
        }
    }

    @Test
    void theOtherTokensOfTheLibraryAreServed() throws Exception {
        Fault sign = shim.on(Function.SIGN);
        Fault closeSession = shim.on(Function.CLOSE_SESSION);
        sign.hangs(1);
        closeSession.hangs(Fault.ALWAYS);
        // On a busy machine a call may be over before it has come to the library.
        Await.until(SOON, token::health, () -> {
            assertThrows(ExecutionException.class, () -> sign(key, SHORT));
            return sign.inside() == 1;
        });

        token.close();
        assertEquals(TokenHealth.State.CLOSED, token.health().state());
        assertEquals(0, closeSession.met());
        // The control thread is free, which looks for keys and tests them, and so is the other token's lane.
        assertSigns(other.key(KeySpec.unpinned("seal", KeyKind.P256)));
        assertSigns(others);
        assertTrue(other.health().isReady(), other.health()::toString);
    }

    private static byte[] sign(SigningKey key, Duration deadline) throws Exception {
        return key.sign(random(), deadline).get(60, TimeUnit.SECONDS);
    }

    private static void assertSigns(SigningKey key) throws Exception {
        byte[] digest = random();
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get(240, TimeUnit.SECONDS)));
    }

    private static byte[] random() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
