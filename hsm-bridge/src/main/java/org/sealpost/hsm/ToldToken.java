package org.sealpost.hsm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// A token whose acts are told to a listener; for the rest the token behind it.
///
/// The making of a key that was not answered is told when it is known: at the next look at the token's keys, as long
/// as this is open.
final class ToldToken implements Token {
    private final Token token;
    private final String by;
    private final TokenListener listener;

    /// What was to be made when nobody answered, by name.
    private final Map<String, Unanswered> unanswered = new ConcurrentHashMap<>();

    /// @param before what had the name then
    private record Unanswered(String name, KeyKind kind, List<ListedKey> before) {}

    ToldToken(Token token, String by, TokenListener listener) {
        this.token = token;
        this.by = by;
        this.listener = listener;
    }

    @Override
    public SigningKey key(KeySpec spec) {
        SigningKey key = token.key(spec);
        if (unanswered.containsKey(spec.name())) {
            keys();
        }
        return key;
    }

    @Override
    public SigningKey generate(String name, KeyKind kind) {
        List<ListedKey> before =
                keys().stream().filter(key -> key.name().equals(name)).toList();
        SigningKey key;
        try {
            key = token.generate(name, kind);
        } catch (TokenFailure failed) {
            unanswered.put(name, new Unanswered(name, kind, before));
            if (failed instanceof KeyRefused) {
                lookAgain(failed);
            }
            throw failed;
        }
        // Only what an interruption had left makes room.
        before.forEach(half -> tellRemoval(name, half));
        listener.told(new TokenAct.Generated(description(), by, name, kind, key.spki()));
        return key;
    }

    /// A pair that did not pass its test may be there all the same, and what was left of another may be gone.
    private void lookAgain(TokenFailure failed) {
        try {
            keys();
        } catch (RuntimeException later) {
            failed.addSuppressed(later);
        }
    }

    @Override
    public List<ListedKey> keys() {
        List<ListedKey> now = token.keys();
        for (Unanswered asked : unanswered.values()) {
            if (unanswered.remove(asked.name(), asked)) {
                tellWhatBecameOf(asked, now);
            }
        }
        return now;
    }

    private void tellWhatBecameOf(Unanswered asked, List<ListedKey> now) {
        for (ListedKey half : asked.before()) {
            if (now.stream().noneMatch(key -> Arrays.equals(key.id(), half.id()))) {
                tellRemoval(asked.name(), half);
            }
        }
        for (ListedKey key : now) {
            boolean made = key.name().equals(asked.name())
                    && key.hasPrivate()
                    && asked.before().stream().noneMatch(one -> Arrays.equals(one.id(), key.id()));
            if (made) {
                byte[] spki = key.spki().orElse(new byte[0]);
                listener.told(new TokenAct.Generated(description(), by, asked.name(), asked.kind(), spki));
            }
        }
    }

    private void tellRemoval(String name, ListedKey half) {
        listener.told(
                new TokenAct.Destroyed(description(), by, name, half.spki().orElse(new byte[0])));
    }

    @Override
    public Optional<String> destroy(String name, byte[] spki) {
        Optional<String> left = token.destroy(name, spki);
        listener.told(new TokenAct.Destroyed(description(), by, name, spki.clone()));
        return left;
    }

    @Override
    public Optional<String> destroyById(String name, byte[] id) {
        byte[] spki = keys().stream()
                .filter(key -> Arrays.equals(key.id(), id))
                .flatMap(key -> key.spki().stream())
                .findFirst()
                .orElse(new byte[0]);
        Optional<String> left = token.destroyById(name, id);
        listener.told(new TokenAct.Destroyed(description(), by, name, spki));
        return left;
    }

    @Override
    public void storeCertificate(String name, byte[] spki, byte[] certificate) {
        token.storeCertificate(name, spki, certificate);
        listener.told(new TokenAct.CertificateStored(description(), by, name, spki.clone(), certificate.clone()));
    }

    @Override
    public List<byte[]> certificates(String name, byte[] spki) {
        return token.certificates(name, spki);
    }

    @Override
    public void changePin(Path newPin) {
        token.changePin(newPin);
        listener.told(new TokenAct.PinChanged(description(), by));
    }

    @Override
    public TokenHealth health() {
        return token.health();
    }

    @Override
    public TokenHealth settle(Duration patience) throws InterruptedException {
        return token.settle(patience);
    }

    @Override
    public String description() {
        return token.description();
    }

    @Override
    public void close() {
        token.close();
    }
}
