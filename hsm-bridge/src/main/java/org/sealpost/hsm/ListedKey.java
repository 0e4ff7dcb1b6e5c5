package org.sealpost.hsm;

import java.util.List;
import java.util.Optional;

/// A key as it lies in a token, whoever made it; no test was made with it.
///
/// @param name         CKA_LABEL, as the token gives it
/// @param id           CKA_ID; empty if the key has none
/// @param kinds        as what it could be used; none if it is of no kind that we know, two for RSA, whose way of
///     signing is no property of the key
/// @param spki         its public key (SubjectPublicKeyInfo, DER), if exactly one public key has its id and we know the
///     kind
/// @param flags        what the token says of its private key
/// @param hasPrivate   whether the private key is there; a public key alone is what an interruption left
/// @param certificates X.509 certificates (DER) that bear its id
public record ListedKey(
        String name,
        byte[] id,
        List<KeyKind> kinds,
        Optional<byte[]> spki,
        Flags flags,
        boolean hasPrivate,
        List<byte[]> certificates) {

    /// CKA_SENSITIVE, CKA_EXTRACTABLE and CKA_LOCAL (made in this token), each empty where the token does not say.
    public record Flags(Optional<Boolean> sensitive, Optional<Boolean> extractable, Optional<Boolean> local) {
        static final Flags UNKNOWN = new Flags(Optional.empty(), Optional.empty(), Optional.empty());
    }

    public ListedKey {
        id = id.clone();
        kinds = List.copyOf(kinds);
        spki = spki.map(byte[]::clone);
        certificates = certificates.stream().map(byte[]::clone).toList();
    }

    @Override
    public byte[] id() {
        return id.clone();
    }

    @Override
    public Optional<byte[]> spki() {
        return spki.map(byte[]::clone);
    }

    @Override
    public List<byte[]> certificates() {
        return certificates.stream().map(byte[]::clone).toList();
    }

    @Override
    public String toString() {
        return "key \"" + name + "\"" + (kinds.isEmpty() ? "" : " " + kinds);
    }
}
