package org.sealpost.ota.release;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.Tokens;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.TufKey;

/// The token with the targets, snapshot and timestamp keys, open for one command.
final class OnlineToken implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String REMEDY =
            "; take the token that keys.json names, or give the role a new key: sign --root … --new-key";

    private final Token token;

    private OnlineToken(Token token) {
        this.token = token;
    }

    static OnlineToken open(TokenConfig config) {
        Token token;
        try {
            token = Tokens.open(config);
        } catch (IllegalArgumentException noModule) {
            throw new Refusal("the token cannot be opened: " + noModule.getMessage(), noModule);
        }
        try {
            TokenHealth health = token.settle(PATIENCE);
            if (!health.isReady()) {
                throw new Refusal("token \"" + config.label() + "\" is " + health.state() + ": " + health.cause() + ". "
                        + health.remedy());
            }
            return new OnlineToken(token);
        } catch (InterruptedException stopped) {
            token.close();
            Thread.currentThread().interrupt();
            throw new Refusal("stopped while the token was opened", stopped);
        } catch (Refusal refusal) {
            token.close();
            throw refusal;
        }
    }

    /// Makes a key pair in the token, which it never leaves.
    MetadataSigner generate(String name) {
        try {
            return new TokenKey(token.generate(name, KeyKind.P256));
        } catch (KeyRefused | TokenSetback failed) {
            throw new Refusal("key \"" + name + "\" was not made in the token: " + failed.getMessage(), failed);
        }
    }

    /// The key of this name, once it passed its self-test and is the one whose public half is known.
    MetadataSigner key(String name, TufKey expected) {
        try {
            MetadataSigner found = tested(name);
            if (found.key().equals(expected)) {
                return found;
            }
            throw new Refusal(
                    "key \"" + name + "\" in " + token.description() + " is another than the root names" + REMEDY);
        } catch (KeyRefused refused) {
            throw new Refusal(token.description() + ": " + refused.getMessage() + REMEDY, refused);
        }
    }

    /// As [#key], but empty where the token has no such key or it cannot be used.
    Optional<MetadataSigner> find(String name, TufKey expected) {
        try {
            return Optional.of(tested(name)).filter(found -> found.key().equals(expected));
        } catch (KeyRefused missing) {
            return Optional.empty();
        }
    }

    private MetadataSigner tested(String name) {
        try {
            return new TokenKey(token.key(KeySpec.unpinned(name, KeyKind.P256)));
        } catch (TokenSetback away) {
            throw new Refusal(away.getMessage() + ". " + away.remedy(), away);
        }
    }

    @Override
    public void close() {
        token.close();
    }

    private record TokenKey(SigningKey signingKey) implements MetadataSigner {
        @Override
        public TufKey key() {
            return tufKey(signingKey.spki());
        }

        @Override
        public byte[] sign(byte[] message) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(message);
                return der(signingKey.sign(digest, PATIENCE).get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
            } catch (ExecutionException | TimeoutException failed) {
                String why = failed.getCause() == null
                        ? "no answer"
                        : failed.getCause().getMessage();
                throw new Refusal("key \"" + signingKey.spec().name() + "\" has not signed: " + why, failed);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new Refusal("stopped while the token signed", stopped);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private static TufKey tufKey(byte[] spki) {
        try {
            return TufKey.of(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// r ‖ s, as tokens give it, in the form that TUF wants: a SEQUENCE of two INTEGERs.
    static byte[] der(byte[] signature) {
        int half = signature.length / 2;
        var integers = new ByteArrayOutputStream();
        for (byte[] part :
                new byte[][] {Arrays.copyOf(signature, half), Arrays.copyOfRange(signature, half, signature.length)}) {
            byte[] integer = new BigInteger(1, part).toByteArray();
            integers.write(0x02);
            integers.write(integer.length);
            integers.writeBytes(integer);
        }
        var sequence = new ByteArrayOutputStream();
        sequence.write(0x30);
        sequence.write(integers.size());
        sequence.writeBytes(integers.toByteArray());
        return sequence.toByteArray();
    }
}
