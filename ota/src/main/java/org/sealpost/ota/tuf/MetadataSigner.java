package org.sealpost.ota.tuf;

import java.security.GeneralSecurityException;

/// Whoever holds a private key and signs metadata with it: a token, a key file.
public interface MetadataSigner {
    TufKey key();

    /// Signs as the key's scheme says: Ed25519; ECDSA with SHA-256, in DER; RSASSA-PSS with SHA-256 and a salt
    /// of 32 bytes.
    byte[] sign(byte[] message) throws GeneralSecurityException;
}
