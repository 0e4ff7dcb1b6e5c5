package org.sealpost.app.inspect;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.evidence.Printable;

/// What lies beside a token's PIN file (docs/hsm.md). Nothing of a PIN is ever shown.
final class TokenFolderExplainer implements Explainer {
    private static final Pattern NOTE = Pattern.compile("[0-9]{9}-([0-9a-f]{64})\\.act(\\.damaged|\\.tmp)?");
    private static final Pattern PIN_FILE = Pattern.compile("(?:.*[-.])?pin");
    private static final int MAX_NOTE_BYTES = 16 << 10;

    // The longer ending first where one ends with another.
    private static final Map<String, String> ENDINGS = Map.of(
            ".officer.blocked", "officer's PINs that a token has refused",
            ".blocked", "PINs that a token has refused",
            ".officer.new", "PIN of a token's security officer (not shown)",
            ".next", "new PIN of a token whose change is under way (not shown)",
            ".new", "PIN of a token that is being made (not shown)",
            ".lock", "lock of whoever uses a token's PIN");

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        var note = NOTE.matcher(subject.name());
        if (note.matches()) return Optional.of(note(subject, note.group(1), note.group(2) != null));
        if (PIN_FILE.matcher(subject.name()).matches() && subject.sizeBytes() <= 257) {
            return Optional.of(Explanation.of("PIN of a token (not shown)").done());
        }
        return ENDINGS.entrySet().stream()
                .filter(ending -> subject.name().endsWith(ending.getKey())
                        && PIN_FILE.matcher(subject.name().replaceAll("(\\.officer)?\\.[a-z]+$", ""))
                                .matches())
                .max((one, other) ->
                        Integer.compare(one.getKey().length(), other.getKey().length()))
                .map(ending -> Explanation.of(ending.getValue()).done());
    }

    private static Explanation note(Subject subject, String hash, boolean aside) throws IOException {
        var content = subject.content(MAX_NOTE_BYTES);
        var draft = Explanation.of("note of what was done to a token, until it is in the log");
        if (aside) draft.fact("state", "set aside, or not written to its end");
        if (!aside && !sha256(content).equals(hash)) draft.damaged("its content is not the one that its name tells of");
        return draft.item(Printable.escape(new String(content, java.nio.charset.StandardCharsets.UTF_8)))
                .done();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
