package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
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
    private Token bare;
    private Token token;

    @BeforeEach
    void openATokenThroughTheShim() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        config = shim.through(SoftHsm.create(folder).token("shimmed", 1));
        bare = Tokens.open(config);
        token = Tokens.telling(bare, "the test", told::add);
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

    /// Who asked for the key is gone before he looks: the next one, who has what was kept, tells it in his
    /// name.
    @Test
    void aKeyThatWasMadeForSomebodyWhoIsGoneIsToldByTheNextWhoLooks() {
        var kept = new Kept();
        shim.on(Function.GENERATE_KEY_PAIR).returns(0x30, 1);
        assertNotAnswered(Tokens.telling(bare, "nobody", kept), "never");
        assertEquals(1, kept.begun.size());
        // Which looks, and finds nothing.
        shim.on(Function.GENERATE_KEY_PAIR).failsAfterwards(0x30, 1);
        assertNotAnswered(Tokens.telling(bare, "somebody", kept), "seal");
        assertEquals(List.of("seal"), kept.begun.stream().map(KeyMaking::key).toList());
        assertEquals(List.of(), told);

        Token next = Tokens.telling(bare, "the next", kept);
        assertEquals(1, next.keys().size());
        var made = assertInstanceOf(TokenAct.Generated.class, told.getFirst());
        assertEquals("somebody", made.by());
        assertEquals("seal", made.key());
        assertEquals(1, told.size());
        assertEquals(List.of(), kept.begun);
        // What is answered at once leaves nothing.
        next.generate("other", KeyKind.P256);
        assertEquals(List.of(), kept.begun);
        assertThrows(KeyRefused.class, () -> next.generate("other", KeyKind.P256));
        assertEquals(List.of(), kept.begun);
        assertEquals(2, told.size());
    }

    @Test
    void aKeyIsNotMadeWhereItCannotBeKeptThatItIsToBe() {
        Token full = Tokens.telling(bare, "somebody", new Kept() {
            @Override
            public void begins(KeyMaking making) {
                throw new UncheckedIOException(new IOException("the disk is full"));
            }
        });
        assertThrows(UncheckedIOException.class, () -> full.generate("seal", KeyKind.P256));
        assertEquals(List.of(), token.keys());
    }

    private void assertNotAnswered(Token asked, String key) {
        assertThrows(TokenSetback.class, () -> asked.generate(key, KeyKind.P256));
        Await.until(SOON, token::health, () -> token.health().isReady());
    }

    /// As the folder of notes, in memory.
    private class Kept implements TokenListener {
        private final List<KeyMaking> begun = new ArrayList<>();

        @Override
        public void told(TokenAct act) {
            told.add(act);
        }

        @Override
        public void begins(KeyMaking making) {
            begun.add(making);
        }

        @Override
        public void ends(KeyMaking making) {
            begun.removeIf(each -> each.id().equals(making.id()));
        }

        @Override
        public List<KeyMaking> begun() {
            return List.copyOf(begun);
        }
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
