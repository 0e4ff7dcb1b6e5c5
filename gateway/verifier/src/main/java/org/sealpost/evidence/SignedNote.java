package org.sealpost.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A text with signature lines: C2SP signed-note 1.0.0.
///
/// @param text       ends with a newline; what is signed
/// @param signatures of whomever; unknown ones are ignored by those who check
public record SignedNote(String text, List<NoteSignature> signatures) {
    private static final int MAX_SIZE_BYTES = 1_000_000;
    private static final int MAX_SIGNATURES = 100;
    private static final String DASH = "— ";

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!text.endsWith("\n")) throw new IllegalArgumentException("the text of a note ends with a newline");
    }

    public String format() {
        var note = new StringBuilder(text).append('\n');
        for (var line : signatures) {
            var keyId = line.keyId();
            var signature = line.signature();
            var both = Arrays.copyOf(keyId, keyId.length + signature.length);
            System.arraycopy(signature, 0, both, keyId.length, signature.length);
            note.append(DASH).append(line.name()).append(' ');
            note.append(Base64.getEncoder().encodeToString(both)).append('\n');
        }
        return note.toString();
    }

    /// Reads a note, or answers nothing if it is not one.
    public static Optional<SignedNote> parse(byte[] utf8) {
        if (utf8.length > MAX_SIZE_BYTES) return Optional.empty();
        String note;
        try {
            note = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
        if (note.chars().anyMatch(c -> c < 0x20 && c != '\n')) return Optional.empty();
        int blank = note.lastIndexOf("\n\n");
        if (blank < 0 || !note.endsWith("\n")) return Optional.empty();
        var lines = note.substring(blank + 2).split("\n", -1);
        if (lines.length < 2 || lines.length > MAX_SIGNATURES + 1) return Optional.empty();
        var signatures = new ArrayList<NoteSignature>();
        for (var line : lines) {
            // The last piece is what follows the last newline: nothing.
            if (line.isEmpty()) break;
            var signature = signature(line);
            if (signature.isEmpty()) return Optional.empty();
            signatures.add(signature.get());
        }
        return Optional.of(new SignedNote(note.substring(0, blank + 1), signatures));
    }

    private static Optional<NoteSignature> signature(String line) {
        if (!line.startsWith(DASH)) return Optional.empty();
        var words = line.substring(DASH.length()).split(" ", -1);
        try {
            var both = Base64.getDecoder().decode(words[words.length - 1]);
            if (words.length != 2 || both.length <= NoteSignature.KEY_ID_SIZE) return Optional.empty();
            return Optional.of(new NoteSignature(
                    words[0],
                    Arrays.copyOf(both, NoteSignature.KEY_ID_SIZE),
                    Arrays.copyOfRange(both, NoteSignature.KEY_ID_SIZE, both.length)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
