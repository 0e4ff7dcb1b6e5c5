package org.sealpost.hsm;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// A key that is to be made in a token, and what is needed to find out later whether it was: whoever asks for
/// it may be killed between the token's answer and the telling of it.
///
/// @param id     of this making, hexadecimal; no other has it
/// @param token  as the token describes itself
/// @param by     who has it made
/// @param key    its name
/// @param before what had the name then, such as half a pair that an interruption has left
/// @param at     when it was begun
public record KeyMaking(String id, String token, String by, String key, KeyKind kind, List<Before> before, Instant at) {
    /// So long a token may be at it, though nobody waits for its answer any more.
    public static final Duration LONGEST = Duration.ofMinutes(5);

    /// @param id   CKA_ID
    /// @param spki public key; empty where it could not be told
    public record Before(byte[] id, byte[] spki) {
        static Before of(ListedKey key) {
            return new Before(key.id(), key.spki().orElse(new byte[0]));
        }

        boolean is(ListedKey other) {
            return Arrays.equals(id, other.id());
        }
    }

    /// Whether its key may be there later, though it is not now.
    boolean mayStillCome(Instant now) {
        // A clock may have been wrong then, or be wrong now.
        return Duration.between(at, now).abs().compareTo(LONGEST) < 0;
    }

    /// The same, of which the token has said that it is over.
    KeyMaking answered() {
        return new KeyMaking(id, token, by, key, kind, before, Instant.EPOCH);
    }

    /// Whether this key of the token was made by it.
    boolean made(ListedKey listed) {
        return listed.name().equals(key)
                && listed.hasPrivate()
                && before.stream().noneMatch(one -> one.is(listed));
    }
}
