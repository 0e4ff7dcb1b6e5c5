package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.ReturnCode.Remedy;
import org.sealpost.hsm.driver.RemoteToken;

/// Every return code through the driver process: the caller is told the same code, as the same kind of failure, and the
/// same process signs again. In this process: [ShimmedTokenTest], [EveryCodeTest].
@Timeout(600)
class EveryCodeInDriverTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private FaultShim shim;
    private Token token;
    private SigningKey key;

    @BeforeEach
    void openATokenThroughTheShim() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        TokenConfig config = shim.through(SoftHsm.create(folder).token("shimmed", 2));
        var variables = new HashMap<>(SoftHsm.environment());
        variables.putAll(shim.environment());
        token = Opener.IN_A_DRIVER_PROCESS.open(config, variables);
        assertTrue(token.settle(SOON).isReady(), () -> token.health().toString());
        key = token.generate("seal", KeyKind.P256);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
        if (shim != null) {
            shim.heal();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGN_INIT", "SIGN"})
    void fromASignature(Function function) {
        Optional<Long> process = ((RemoteToken) token).process();
        for (long code : ShimmedTokenTest.codes()) {
            Remedy remedy = new ReturnCode(code).remedy();
            // It is tried once more, but where the token will not do it.
            shim.on(function).returns(code, remedy == Remedy.REFUSE ? 1 : 2);
            var failed = assertThrows(ExecutionException.class, this::sign, () -> new ReturnCode(code).toString());
            assertTold(code, assertInstanceOf(TokenFailure.class, failed.getCause()));
            Await.until(SOON, token::health, this::signs);
        }
        assertEquals(process, ((RemoteToken) token).process());
    }

    @Test
    void fromTheMakingOfAKey() {
        for (long code : ShimmedTokenTest.codes()) {
            shim.on(Function.GENERATE_KEY_PAIR).returns(code, 1);
            assertTold(
                    code,
                    assertThrows(
                            TokenFailure.class,
                            () -> token.generate("next", KeyKind.P256),
                            () -> new ReturnCode(code).toString()));
            Await.until(SOON, token::health, this::signs);
        }
    }

    private static void assertTold(long code, TokenFailure failure) {
        assertEquals(code, failure.returnCode().orElseThrow().value(), failure::getMessage);
        assertTrue(failure.getMessage().contains(new ReturnCode(code).toString()), failure::getMessage);
        boolean refused = new ReturnCode(code).remedy() == Remedy.REFUSE;
        assertEquals(refused, failure instanceof KeyRefused, failure::toString);
    }

    private void sign() throws Exception {
        byte[] digest = new byte[32];
        new SecureRandom().nextBytes(digest);
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get(240, TimeUnit.SECONDS)));
    }

    private boolean signs() {
        try {
            sign();
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }
}
