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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private FaultShim shim;
    private TokenConfig config;
    private Token bare;
    private Token token;

    @BeforeEach
    void openATokenThroughTheShim() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        config = shim.through(SoftHsm.create(folder).token("shimmed", 1));
        bare = Tokens.open(config);
        token = telling("the test", told::add);
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
        now = now.plus(KeyMaking.LONGEST);
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
        assertNotAnswered(telling("nobody", kept), "never");
        assertEquals(1, kept.begun.size());
        // Which looks, and finds nothing.
        now = now.plus(KeyMaking.LONGEST);
        shim.on(Function.GENERATE_KEY_PAIR).failsAfterwards(0x30, 1);
        assertNotAnswered(telling("somebody", kept), "seal");
        assertEquals(List.of("seal"), kept.begun.stream().map(KeyMaking::key).toList());
        assertEquals(List.of(), told);

        Token next = telling("the next", kept);
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

    /// Begun, made and cut off while the token is being asked for its keys.
    @Test
    void aKeyThatIsMadeDuringALookIsToldAtTheNext() {
        var kept = new Kept();
        var list = new KeyList();
        Token looking = new ToldToken(list, "the next", kept, () -> now);
        list.meanwhile = () -> {
            kept.begun.add(making("seal", Instant.EPOCH));
            list.keys.add(key("seal", 1));
        };
        assertEquals(List.of(), looking.keys());
        assertEquals(1, kept.begun.size());
        list.meanwhile = () -> {};
        looking.keys();
        assertEquals("somebody", told.getFirst().by());
        assertEquals(1, told.size());
        assertEquals(List.of(), kept.begun);
    }

    /// An HSM behind a network may be at it though whoever asked is gone.
    @Test
    void aKeyThatMayStillComeIsWaitedForAsLongAsATokenMayTake() {
        var kept = new Kept();
        var list = new KeyList();
        Token looking = new ToldToken(list, "the next", kept, () -> now);
        kept.begun.add(making("seal", now));
        kept.begun.add(making("never", now));
        now = now.plus(KeyMaking.LONGEST).minusSeconds(1);
        looking.keys();
        assertEquals(2, kept.begun.size());
        list.keys.add(key("seal", 1));
        looking.keys();
        assertEquals(1, told.size());
        assertEquals(List.of("never"), kept.begun.stream().map(KeyMaking::key).toList());
        now = now.plusSeconds(1);
        looking.keys();
        assertEquals(List.of(), kept.begun);
        assertEquals(1, told.size());
    }

    /// Twice unanswered, and in the end a key is there: it is told once.
    @Test
    void aKeyHasOneMaker() {
        for (boolean answered : new boolean[] {true, false}) {
            told.clear();
            var kept = new Kept();
            var list = new KeyList();
            Token asking = new ToldToken(list, "the test", kept, () -> now);
            list.answers = false;
            assertThrows(TokenSetback.class, () -> asking.generate("seal", KeyKind.P256));
            assertEquals(1, kept.begun.size());
            now = now.plusSeconds(1);
            list.makes = true;
            list.answers = answered;
            if (answered) {
                asking.generate("seal", KeyKind.P256);
            } else {
                assertThrows(TokenSetback.class, () -> asking.generate("seal", KeyKind.P256));
            }
            asking.keys();
            asking.keys();
            assertEquals(1, told.size());
            assertEquals(List.of(), kept.begun);
        }
    }

    private static KeyMaking making(String key, Instant at) {
        return new KeyMaking("id of " + key, KeyList.NAME, "somebody", key, KeyKind.P256, List.of(), at);
    }

    private static ListedKey key(String name, int id) {
        return new ListedKey(
                name,
                new byte[] {(byte) id},
                List.of(KeyKind.P256),
                Optional.of(new byte[] {(byte) id, 2}),
                ListedKey.Flags.UNKNOWN,
                true,
                List.of());
    }

    private record Made(KeySpec spec, byte[] spki) implements SigningKey {
        @Override
        public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
            throw new UnsupportedOperationException();
        }
    }

    /// A token that has a list of keys, and nothing else.
    private static final class KeyList implements Token {
        private static final String NAME = "a list of keys";

        private final List<ListedKey> keys = new ArrayList<>();
        private Runnable meanwhile = () -> {};
        private boolean makes;
        private boolean answers;

        @Override
        public List<ListedKey> keys() {
            List<ListedKey> now = List.copyOf(keys);
            meanwhile.run();
            return now;
        }

        @Override
        public SigningKey generate(String name, KeyKind kind) {
            if (makes) {
                keys.add(ToldTokenTest.key(name, keys.size()));
            }
            if (!answers) {
                throw new TokenSetback(NAME, TokenHealth.State.RECOVERING, "it does not answer", "");
            }
            return new Made(KeySpec.unpinned(name, kind), new byte[] {3});
        }

        @Override
        public SigningKey key(KeySpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> destroy(String name, byte[] spki) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> destroyById(String name, byte[] id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void storeCertificate(String name, byte[] spki, byte[] certificate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<byte[]> certificates(String name, byte[] spki) {
            return List.of();
        }

        @Override
        public void changePin(Path newPin) {
            throw new UnsupportedOperationException();
        }

        @Override
        public TokenHealth health() {
            throw new UnsupportedOperationException();
        }

        @Override
        public TokenHealth settle(Duration patience) {
            return health();
        }

        @Override
        public String description() {
            return NAME;
        }

        @Override
        public void close() {}
    }

    @Test
    void aKeyIsNotMadeWhereItCannotBeKeptThatItIsToBe() {
        Token full = telling("somebody", new Kept() {
            @Override
            public void begins(KeyMaking making) {
                throw new UncheckedIOException(new IOException("the disk is full"));
            }
        });
        assertThrows(UncheckedIOException.class, () -> full.generate("seal", KeyKind.P256));
        assertEquals(List.of(), token.keys());
    }

    private Token telling(String by, TokenListener listener) {
        return new ToldToken(bare, by, listener, () -> now);
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
