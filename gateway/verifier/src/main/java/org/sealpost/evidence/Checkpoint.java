package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// A head as a C2SP tlog-checkpoint (docs/formats.md §6): the form that witnesses, monitors and contracts know.
public record Checkpoint(Head head, List<NoteSignature> signatures) {
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,18}");

    public Checkpoint {
        signatures = List.copyOf(signatures);
    }

    public static Checkpoint unsigned(Head head) {
        return new Checkpoint(head, List.of());
    }

    /// `origin\nsize\nbase64(root)\n`: what is signed.
    public String text() {
        return head.origin() + "\n" + head.size() + "\n"
                + Base64.getEncoder().encodeToString(head.root().toBytes()) + "\n";
    }

    /// The bytes over whose SHA-256 the sealing key signs, and which the Ed25519 key signs as they are.
    public byte[] toBeSigned() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    /// With the sealing key's line added; its signature is brought to low s.
    public Checkpoint with(P256Key key, P256Signature signature) {
        return with(
                VerifierKey.p256(head.origin(), key).line(signature.withLowS().der()));
    }

    /// With the Ed25519 key's line added.
    ///
    /// @param key       32 bytes
    /// @param signature 64 bytes
    public Checkpoint withEd25519(byte[] key, byte[] signature) {
        return with(VerifierKey.ed25519(head.origin(), key).line(signature));
    }

    public SignedNote note() {
        return new SignedNote(text(), signatures);
    }

    public String format() {
        return note().format();
    }

    /// Reads a checkpoint in the form that we write, without lines of extensions, or answers nothing. Whether its
    /// signatures hold is for [VerifierKey#verifies] to say.
    public static Optional<Checkpoint> parse(byte[] utf8) {
        return SignedNote.parse(utf8).flatMap(Checkpoint::of);
    }

    private static Optional<Checkpoint> of(SignedNote note) {
        var lines = note.text().split("\n", -1);
        if (lines.length != 4 || !SIZE.matcher(lines[1]).matches()) return Optional.empty();
        try {
            var root = Hash.of(Base64.getDecoder().decode(lines[2]));
            var head = new Head(new Origin(lines[0]), Long.parseLong(lines[1]), root);
            var checkpoint = new Checkpoint(head, note.signatures());
            return checkpoint.text().equals(note.text()) ? Optional.of(checkpoint) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Checkpoint with(NoteSignature line) {
        var lines = new ArrayList<>(signatures);
        lines.add(line);
        return new Checkpoint(head, lines);
    }
}
