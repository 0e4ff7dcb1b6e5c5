package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A contract on every module that can be had, and on every way to open its token. What a module cannot do is data of
/// its [RealModule]; then the contract checks what is promised instead.
@ParameterizedClass(name = "{0}")
@EnumSource(Opener.class)
@Timeout(600)
abstract class ModuleContract {
    static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Parameter
    Opener opener;

    private final List<Token> opened = new ArrayList<>();
    RealModule module;
    TokenConfig config;
    KeyKind kind;

    /// A fresh token in a fresh folder.
    abstract RealModule module(Path folder) throws Exception;

    @BeforeEach
    void makeAToken() throws Exception {
        module = module(folder);
        config = module.config();
        kind = module.kinds().getFirst();
    }

    @AfterEach
    void close() throws Exception {
        opened.forEach(Token::close);
        if (module != null) {
            module.close();
        }
    }

    // ---- for the tests ----

    Token open(TokenConfig how) {
        Token token = opener.open(module, how);
        opened.add(token);
        return token;
    }

    Token ready() throws InterruptedException {
        return ready(config);
    }

    Token ready(TokenConfig how) throws InterruptedException {
        Token token = open(how);
        TokenHealth health = token.settle(SOON);
        assertEquals(TokenHealth.State.READY, health.state(), health::toString);
        return token;
    }

    static void assertReady(Token token) {
        assertTrue(token.health().isReady(), () -> token.health().toString());
    }

    static void assertSigns(SigningKey key) throws Exception {
        byte[] input = input(key.spec().kind());
        byte[] signature = key.sign(input, SOON).get(240, TimeUnit.SECONDS);
        assertEquals(key.spec().kind().signatureBytes(), signature.length);
        assertTrue(Independent.verifies(key, input, signature));
        assertFalse(Independent.verifies(key, input(key.spec().kind()), signature));
    }

    static boolean signs(SigningKey key) {
        try {
            assertSigns(key);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    static TokenSetback setback(SigningKey key) {
        return assertInstanceOf(
                TokenSetback.class, failure(key.sign(input(key.spec().kind()), SOON)));
    }

    static Throwable failure(CompletableFuture<byte[]> answer) {
        return assertThrows(ExecutionException.class, () -> answer.get(240, TimeUnit.SECONDS))
                .getCause();
    }

    static byte[] input(KeyKind kind) {
        byte[] random = new byte[kind.signsDigest() ? kind.digestBytes() : 100];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
