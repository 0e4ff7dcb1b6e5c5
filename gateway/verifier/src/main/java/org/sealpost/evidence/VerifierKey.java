package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.sealpost.record.Origin;

/// A key that checks notes, in the line form of C2SP (docs/formats.md §6): `name+hex(key id)+base64(type ‖ key)`.
public final class VerifierKey {
    private static final byte ED25519 = 1;
    private static final byte ECDSA = 2;

    private final String name;
    private final byte type;
    private final byte[] key;

    private VerifierKey(String name, byte type, byte[] key) {
        this.name = name;
        this.type = type;
        this.key = key;
    }

    /// The sealing key of a log, for the first line of its checkpoints.
    public static VerifierKey p256(Origin origin, P256Key key) {
        return new VerifierKey(origin.name(), ECDSA, key.spki());
    }

    /// The second line's key.
    ///
    /// @param key 32 bytes
    public static VerifierKey ed25519(Origin origin, byte[] key) {
        if (key.length != Ed25519.KEY_SIZE) throw new IllegalArgumentException("an Ed25519 key has 32 bytes");
        return new VerifierKey(origin.name(), ED25519, key.clone());
    }

    /// Reads a line of a kind that this version knows, or answers nothing.
    public static Optional<VerifierKey> parse(String line) {
        var parts = line.split("\\+", 3);
        if (parts.length != 3 || !NoteSignature.isName(parts[0])) return Optional.empty();
        try {
            var bytes = Base64.getDecoder().decode(parts[2]);
            if (bytes.length < 2) return Optional.empty();
            var key = new VerifierKey(parts[0], bytes[0], Arrays.copyOfRange(bytes, 1, bytes.length));
            if (key.type == ECDSA) P256Key.of(key.key);
            else if (key.type != ED25519 || key.key.length != Ed25519.KEY_SIZE) return Optional.empty();
            return key.format().equals(line) ? Optional.of(key) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public String format() {
        var typed = new byte[1 + key.length];
        typed[0] = type;
        System.arraycopy(key, 0, typed, 1, key.length);
        return name + "+" + HexFormat.of().formatHex(keyId()) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    public String name() {
        return name;
    }

    /// 4 bytes that tell which key signed a line.
    public byte[] keyId() {
        var hash = type == ECDSA
                ? Sha256.of(key)
                : Sha256.of((name + "\n").getBytes(StandardCharsets.UTF_8), new byte[] {type}, key);
        return Arrays.copyOf(hash.toBytes(), NoteSignature.KEY_ID_SIZE);
    }

    /// The line for a signature by this key; whether it holds is for [#verifies] to say.
    ///
    /// @param signature DER for P-256, 64 bytes for Ed25519
    NoteSignature line(byte[] signature) {
        return new NoteSignature(name, keyId(), signature);
    }

    /// Whether the note has a line of this key, and each line that claims to be of it holds.
    public boolean verifies(SignedNote note) {
        var message = note.text().getBytes(StandardCharsets.UTF_8);
        var own = note.signatures().stream()
                .filter(line -> line.name().equals(name) && Arrays.equals(line.keyId(), keyId()))
                .toList();
        return !own.isEmpty() && own.stream().allMatch(line -> holds(message, line.signature()));
    }

    private boolean holds(byte[] message, byte[] signature) {
        if (type == ED25519) return Ed25519.verifies(key, message, signature);
        return P256Signature.ofDer(signature)
                .filter(pair -> P256Key.of(key).verifies(message, pair))
                .isPresent();
    }
}
