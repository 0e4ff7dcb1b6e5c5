package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// The ledger notices what tests of unplugging look for.
class LedgerTest {
    private final Ledger ledger = new Ledger();
    private final KeyPair pair = pair();

    @Test
    void countsWhatWasSignedAndWhatWasTold() throws Exception {
        ledger.ask(key(digest -> CompletableFuture.completedFuture(sign(digest))), Duration.ofSeconds(1));
        ledger.ask(key(digest -> CompletableFuture.failedFuture(away())), Duration.ofSeconds(1));
        ledger.ask(key(digest -> CompletableFuture.failedFuture(new QueueFull("box", 1))), Duration.ofSeconds(1));
        assertEquals(new Ledger.Balance(3, 1, 1, 1, List.of()), ledger.balance(Duration.ofSeconds(1)));
        assertEquals(1, ledger.answered());
    }

    @Test
    void findsEachWayToLoseARequest() throws Exception {
        byte[] another = new byte[32];
        for (SigningKey key : List.of(
                key(digest -> new CompletableFuture<>()),
                key(digest -> CompletableFuture.completedFuture(sign(another))),
                key(digest -> CompletableFuture.completedFuture(new byte[64])),
                key(digest -> CompletableFuture.completedFuture(new byte[0])),
                key(digest -> CompletableFuture.failedFuture(new IllegalStateException("a bug"))),
                key(digest -> {
                    throw new IllegalStateException("a bug");
                }))) {
            ledger.ask(key, Duration.ofSeconds(1));
        }
        Ledger.Balance balance = ledger.balance(Duration.ofMillis(1));
        assertEquals(6, balance.asked());
        assertEquals(0, balance.signed() + balance.told() + balance.full());
        assertEquals(6, balance.lost().size());
        assertEquals("no answer", balance.lost().getFirst());
    }

    private interface Answers {
        CompletableFuture<byte[]> to(byte[] digest);
    }

    private SigningKey key(Answers answers) {
        byte[] spki = pair.getPublic().getEncoded();
        return new SigningKey() {
            @Override
            public KeySpec spec() {
                return KeySpec.pinned("key", KeyKind.P256, spki);
            }

            @Override
            public byte[] spki() {
                return spki;
            }

            @Override
            public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
                return answers.to(input);
            }
        };
    }

    private byte[] sign(byte[] digest) {
        try {
            Signature signature = Signature.getInstance("NONEwithECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(digest);
            return signature.sign();
        } catch (GeneralSecurityException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static TokenSetback away() {
        return new TokenSetback("box", TokenHealth.State.ABSENT, "pulled out", "Plug it in.");
    }

    private static KeyPair pair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException bug) {
            throw new IllegalStateException(bug);
        }
    }
}
