package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim.Function;

/// Nothing is made or removed in a token that is not told, where it is found out later.
@Timeout(300)
class ToldTokenTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final List<TokenAct> told = new ArrayList<>();
    private FaultShim shim;
    private TokenConfig config;
    private Token token;

    @BeforeEach
    void openATokenThroughTheShim() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        config = shim.through(SoftHsm.create(folder).token("shimmed", 1));
        token = Tokens.telling(Tokens.open(config), "the test", told::add);
        Await.state(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        if (shim != null) {
            shim.heal();
        }
        if (token != null) {
            token.close();
        }
    }

    /// The answer got lost, or came too late.
    @Test
    void aKeyThatWasMadeWithoutAnAnswerIsToldAtTheNextLook() {
        shim.on(Function.GENERATE_KEY_PAIR).failsAfterwards(0x30, 1);
        assertThrows(TokenSetback.class, () -> token.generate("seal", KeyKind.P256));
        assertEquals(List.of(), told);
        Await.until(SOON, token::health, () -> token.health().isReady());
        SigningKey key = token.key(KeySpec.unpinned("seal", KeyKind.P256));
        var made = assertInstanceOf(TokenAct.Generated.class, told.getFirst());
        assertEquals("seal", made.key());
        assertArrayEquals(key.spki(), made.spki());
        token.keys();
        assertThrows(KeyRefused.class, () -> token.generate("seal", KeyKind.P256));
        assertEquals(1, told.size());
    }

    @Test
    void aKeyThatWasNotMadeIsNotTold() {
        shim.on(Function.GENERATE_KEY_PAIR).returns(0x30, 1);
        assertThrows(TokenSetback.class, () -> token.generate("seal", KeyKind.P256));
        Await.until(SOON, token::health, () -> token.health().isReady());
        token.keys();
        assertEquals(List.of(), told);
        token.generate("seal", KeyKind.P256);
        assertEquals(1, told.size());
    }

    /// It does not pass its test, and the token does not let go of it.
    @Test
    void aKeyThatStaysThoughItIsRefusedIsTold() {
        shim.on(Function.SIGN).returns(0x70, 1);
        shim.on(Function.DESTROY_OBJECT).returns(0x1B, 1);
        var refused = assertThrows(KeyRefused.class, () -> token.generate("seal", KeyKind.P256));
        assertTrue(refused.getMessage().contains("stays in the token"), refused.getMessage());
        Await.until(SOON, token::health, () -> token.health().isReady());
        assertEquals(1, token.keys().size());
        assertInstanceOf(TokenAct.Generated.class, told.getFirst());
        assertEquals(1, told.size());
    }

    @Test
    void theHalfThatMakesRoomIsToldToBeGone() throws Exception {
        byte[] half = token.generate("seal", KeyKind.P256).spki();
        Workbench.with(config, session -> {
            var privateKey =
                    new Template().with(Template.CLASS, Template.PRIVATE_KEY).with(Template.LABEL, "seal");
            session.destroy(session.find(privateKey, 1).getFirst());
        });
        told.clear();
        token.generate("seal", KeyKind.P256);
        assertEquals(2, told.size());
        assertArrayEquals(
                half,
                assertInstanceOf(TokenAct.Destroyed.class, told.getFirst()).spki());
        assertInstanceOf(TokenAct.Generated.class, told.getLast());

        Workbench.with(config, session -> {
            var privateKey =
                    new Template().with(Template.CLASS, Template.PRIVATE_KEY).with(Template.LABEL, "seal");
            session.destroy(session.find(privateKey, 1).getFirst());
        });
        told.clear();
        shim.on(Function.GENERATE_KEY_PAIR).returns(0x5, 1);
        assertThrows(TokenSetback.class, () -> token.generate("seal", KeyKind.P256));
        Await.until(SOON, token::health, this::lists);
        assertInstanceOf(TokenAct.Destroyed.class, told.getFirst());
        assertEquals(1, told.size());
    }

    private boolean lists() {
        try {
            token.keys();
            return true;
        } catch (TokenSetback notYet) {
            return false;
        }
    }
}
