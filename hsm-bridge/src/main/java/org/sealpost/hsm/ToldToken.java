package org.sealpost.hsm;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// A token whose acts are told to a listener; for the rest the token behind it.
///
/// The making of a key that was not answered is told when it is known: at the next look at the token's keys, as long
/// as this is open, and else by whoever looks next, if the listener has kept what was begun. Where no key is found, it
/// stays open for as long as the token may still be at it.
final class ToldToken implements Token {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Token token;
    private final String by;
    private final TokenListener listener;
    private final InstantSource clock;

    /// What was to be made when nobody answered.
    private final List<KeyMaking> unanswered = new CopyOnWriteArrayList<>();

    ToldToken(Token token, String by, TokenListener listener, InstantSource clock) {
        this.token = token;
        this.by = by;
        this.listener = listener;
        this.clock = clock;
    }

    /// @param here whether nobody has answered us, and not somebody who is gone
    private record Asked(KeyMaking making, boolean here) {}

    /// @param open what may still come
    private record Look(List<ListedKey> keys, List<Asked> open) {
        List<ListedKey> named(String name) {
            return keys.stream().filter(key -> key.name().equals(name)).toList();
        }
    }

    @Override
    public SigningKey key(KeySpec spec) {
        SigningKey key = token.key(spec);
        if (unanswered.stream().anyMatch(making -> making.key().equals(spec.name()))) {
            keys();
        }
        return key;
    }

    @Override
    public SigningKey generate(String name, KeyKind kind) {
        Look look = look();
        List<ListedKey> before = look.named(name);
        var making = new KeyMaking(
                newId(),
                description(),
                by,
                name,
                kind,
                before.stream().map(KeyMaking.Before::of).toList(),
                clock.instant());
        // Where a whole key has the name, none is made.
        if (before.stream().noneMatch(ListedKey::hasPrivate)) {
            listener.begins(making);
        }
        SigningKey key;
        try {
            key = token.generate(name, kind);
        } catch (TokenFailure failed) {
            if (failed instanceof KeyRefused) {
                unanswered.add(making.answered());
                lookAgain(failed);
            } else {
                unanswered.add(making);
            }
            throw failed;
        } catch (RuntimeException notEvenAsked) {
            listener.ends(making);
            throw notEvenAsked;
        }
        // Only what an interruption had left makes room.
        making.before().forEach(half -> tellRemoval(making, half));
        listener.told(new TokenAct.Generated(description(), by, name, kind, key.spki()));
        listener.ends(making);
        // None of those is to be told as the maker of this key.
        look.open().stream()
                .filter(earlier -> earlier.making().key().equals(name))
                .forEach(earlier -> settle(earlier, before, new ArrayList<>()));
        return key;
    }

    private static String newId() {
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
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
        return look().keys();
    }

    private Look look() {
        // Before the token is asked: what is begun and cut off behind its answer would seem to have made nothing.
        List<Asked> asked = askedFor();
        List<ListedKey> now = token.keys();
        List<Asked> open =
                asked.stream().filter(each -> mayStillCome(each.making(), now)).toList();
        // The last one has made it, where several were to make a key of one name.
        List<ListedKey> untold = new ArrayList<>(now);
        asked.stream()
                .filter(each -> !open.contains(each))
                .sorted(Comparator.comparing((Asked each) -> each.making().at()).reversed())
                .forEach(each -> settle(each, now, untold));
        return new Look(now, open);
    }

    private List<Asked> askedFor() {
        List<Asked> asked = new ArrayList<>();
        unanswered.forEach(making -> asked.add(new Asked(making, true)));
        // Of another token nothing is known here.
        listener.begun().stream()
                .filter(begun -> begun.token().equals(description()))
                .filter(begun -> unanswered.stream().noneMatch(here -> here.id().equals(begun.id())))
                .forEach(begun -> asked.add(new Asked(begun, false)));
        return asked;
    }

    private boolean mayStillCome(KeyMaking making, List<ListedKey> now) {
        return making.mayStillCome(clock.instant()) && now.stream().noneMatch(making::made);
    }

    /// @param untold keys whose maker is not known yet
    private void settle(Asked each, List<ListedKey> now, List<ListedKey> untold) {
        KeyMaking asked = each.making();
        // Another thread may have settled it meanwhile.
        if (each.here() && !unanswered.remove(asked)) {
            return;
        }
        for (KeyMaking.Before half : asked.before()) {
            if (now.stream().noneMatch(half::is)) {
                tellRemoval(asked, half);
            }
        }
        for (ListedKey key : List.copyOf(untold)) {
            if (asked.made(key)) {
                byte[] spki = key.spki().orElse(new byte[0]);
                listener.told(new TokenAct.Generated(description(), asked.by(), asked.key(), asked.kind(), spki));
                untold.remove(key);
            }
        }
        listener.ends(asked);
    }

    private void tellRemoval(KeyMaking making, KeyMaking.Before half) {
        listener.told(new TokenAct.Destroyed(description(), making.by(), making.key(), half.spki()));
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
        unanswered.forEach(listener::abandons);
        token.close();
    }
}
