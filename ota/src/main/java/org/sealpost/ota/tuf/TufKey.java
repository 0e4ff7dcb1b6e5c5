package org.sealpost.ota.tuf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// A public key as metadata states it. Its id is the SHA-256 of its canonical form, unknown members included.
///
/// A key of a type that we do not know, or whose value is no key, is kept and written again, but nothing that
/// it signed counts.
public final class TufKey {
    private final ObjectNode json;
    private final String id;
    private final KeyScheme scheme;
    private final String value;

    private TufKey(ObjectNode json, String id, KeyScheme scheme, String value) {
        this.json = json;
        this.id = id;
        this.scheme = scheme;
        this.value = value;
    }

    /// An Ed25519 key, one on P-256, or an RSA key of 2,048 to 8,192 bits.
    ///
    /// @throws IllegalArgumentException if it is another
    public static TufKey of(PublicKey key) {
        var json = StrictJson.object();
        switch (key.getAlgorithm()) {
            case "Ed25519", "EdDSA" ->
                fill(json, "ed25519", "ed25519", HexFormat.of().formatHex(rawEd25519(key)));
            case "EC" -> fill(json, "ecdsa", "ecdsa-sha2-nistp256", pem(key));
            case "RSA" -> fill(json, "rsa", "rsassa-pss-sha256", pem(key));
            default -> throw new IllegalArgumentException("no key type of TUF: " + key.getAlgorithm());
        }
        try {
            var made = read(new Fields("key", json));
            made.scheme.publicKey(made.value);
            return made;
        } catch (Malformed | GeneralSecurityException unusable) {
            throw new IllegalArgumentException("not a key that TUF can use: " + unusable.getMessage(), unusable);
        }
    }

    static TufKey read(Fields key) throws Malformed {
        var keyType = key.text("keytype", 64);
        var scheme = KeyScheme.of(keyType, key.text("scheme", 64));
        // What a type that is not known here keeps in there is its own affair.
        var value = scheme == KeyScheme.UNKNOWN ? "" : key.object("keyval").text("public", 8192);
        var id = HexFormat.of().formatHex(Hashes.digest("SHA-256").digest(CanonicalJson.bytes(key.node())));
        return new TufKey(key.node().deepCopy(), id, scheme, value);
    }

    public String id() {
        return id;
    }

    /// Whether this key signed the message. False, too, if the key or the signature cannot be used.
    public boolean verifies(byte[] message, byte[] signature) {
        try {
            return scheme.verifies(value, message, signature);
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            return false;
        }
    }

    /// The key itself, if it can be used: one key must not count twice, whatever its holder wrote beside it.
    Optional<PublicKey> usable() {
        try {
            return Optional.of(scheme.publicKey(value));
        } catch (GeneralSecurityException unusable) {
            return Optional.empty();
        }
    }

    ObjectNode json() {
        return json.deepCopy();
    }

    private static void fill(ObjectNode json, String type, String scheme, String value) {
        json.put("keytype", type);
        json.putObject("keyval").put("public", value);
        json.put("scheme", scheme);
    }

    private static String pem(PublicKey key) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n";
    }

    private static byte[] rawEd25519(PublicKey key) {
        byte[] spki = key.getEncoded();
        return Arrays.copyOfRange(spki, spki.length - 32, spki.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TufKey key && key.json.equals(json);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "key " + id;
    }
}
