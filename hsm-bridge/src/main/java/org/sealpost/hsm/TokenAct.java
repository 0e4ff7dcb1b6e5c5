package org.sealpost.hsm;

import java.util.List;

/// Something that was done in the life of a key, as it is told to a [TokenListener]. Keys are named by name and
/// public key (SubjectPublicKeyInfo, DER).
///
/// Told is what was done for certain. After a [TokenSetback] nobody knows whether it was, and nothing is told; a key
/// that was made all the same is told at the next look at the token's keys.
public sealed interface TokenAct {
    /// Label and more of the token, as it describes itself.
    String token();

    /// Who had it done, in the words of whoever asked for the telling.
    String by();

    /// An empty token got its label and its PINs. Told by whoever had it done, since there was no token to tell
    /// it.
    record Initialised(String token, String by) implements TokenAct {}

    record Generated(String token, String by, String key, KeyKind kind, byte[] spki) implements TokenAct {}

    /// Its private key is gone; certificates or public key may be left. Told again where what was left is
    /// removed later. `spki` is empty where the public key could not be told.
    record Destroyed(String token, String by, String key, byte[] spki) implements TokenAct {}

    /// The token keeps this certificate (DER) now.
    record CertificateStored(String token, String by, String key, byte[] spki, byte[] certificate)
            implements TokenAct {}

    /// A CA, reached over EST, gave this certificate (DER) and the CA certificates above it. Told by whoever
    /// asked the CA: the token takes no part in it but by signatures.
    record Enrolled(String token, String by, String key, byte[] spki, byte[] certificate, List<byte[]> above)
            implements TokenAct {}

    record PinChanged(String token, String by) implements TokenAct {}
}
