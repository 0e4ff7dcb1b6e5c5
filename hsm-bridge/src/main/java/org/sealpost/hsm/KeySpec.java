package org.sealpost.hsm;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/// A key that a token must hold.
///
/// `name` is its CKA_LABEL (1 to 64 characters). `pinnedSpki` is the public key that it must have, as a DER
/// SubjectPublicKeyInfo (RFC 5280); it is empty only before the first start. The CKA_ID is not chosen by callers:
/// it is found with the label, must belong to one private and one public key, and never changes while a [Token]
/// is open.
public record KeySpec(String name, KeyKind kind, Optional<byte[]> pinnedSpki) {

    public KeySpec {
        Objects.requireNonNull(kind, "kind");
        if (name.isBlank() || name.length() > 64) {
            throw new IllegalArgumentException("a key's name has 1 to 64 characters: \"" + name + "\"");
        }
        pinnedSpki = pinnedSpki.map(byte[]::clone);
        pinnedSpki.ifPresent(spki -> PublicKeys.requireSpki(kind, spki));
    }

    /// A key whose public key nobody has written down yet.
    public static KeySpec unpinned(String name, KeyKind kind) {
        return new KeySpec(name, kind, Optional.empty());
    }

    /// A key that is accepted only with exactly this public key.
    public static KeySpec pinned(String name, KeyKind kind, byte[] spki) {
        return new KeySpec(name, kind, Optional.of(spki));
    }

    @Override
    public Optional<byte[]> pinnedSpki() {
        return pinnedSpki.map(byte[]::clone);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeySpec that
                && name.equals(that.name)
                && kind == that.kind
                && Arrays.equals(pinnedSpki.orElse(null), that.pinnedSpki.orElse(null));
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, kind, Arrays.hashCode(pinnedSpki.orElse(null)));
    }

    @Override
    public String toString() {
        return kind + " key \"" + name + "\"";
    }
}
