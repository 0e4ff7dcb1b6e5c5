package org.sealpost.hsm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A key that must not be used: missing, ambiguous, extractable, of another kind, or not the pinned one; or one that
/// the token cannot make or use. Trying again does not help before a person has looked at the token.
public final class KeyRefused extends TokenFailure {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String attribute;
    private final String words;

    private KeyRefused(String key, String attribute, String words, Reason reason, @Nullable ReturnCode returnCode) {
        super("key \"" + key + "\" refused: " + attribute + " " + words, reason, returnCode);
        this.key = key;
        this.attribute = attribute;
        this.words = words;
    }

    /// A refusal in another process, with all that it told.
    public static KeyRefused told(
            String key, String attribute, String words, Reason reason, Optional<ReturnCode> returnCode) {
        return new KeyRefused(key, attribute, words, reason, returnCode.orElse(null));
    }

    static KeyRefused because(String key, String attribute, String words) {
        return new KeyRefused(key, attribute, words, Reason.FATAL, null);
    }

    /// The module itself refused.
    static KeyRefused because(String key, String attribute, String words, CryptokiError error) {
        Reason reason = error.code().saysUnsupported() ? Reason.UNSUPPORTED_MECHANISM : Reason.FATAL;
        var refused = new KeyRefused(key, attribute, words + error.getMessage(), reason, error.code());
        refused.initCause(error);
        return refused;
    }

    static KeyRefused missing(String key, String attribute, String words) {
        return new KeyRefused(key, attribute, words, Reason.KEY_MISSING, null);
    }

    static KeyRefused ambiguous(String key, String attribute, String words) {
        return new KeyRefused(key, attribute, words, Reason.KEY_AMBIGUOUS, null);
    }

    static KeyRefused unsupported(String key, String attribute, String words) {
        return new KeyRefused(key, attribute, words, Reason.UNSUPPORTED_MECHANISM, null);
    }

    /// The same refusal for another caller, so that exceptions are not shared.
    KeyRefused again() {
        var again = new KeyRefused(key, attribute, words, reason(), returnCode().orElse(null));
        again.initCause(this);
        return again;
    }

    /// The same refusal, with what has followed from it.
    KeyRefused andSo(String more) {
        var longer = new KeyRefused(
                key, attribute, words + more, reason(), returnCode().orElse(null));
        longer.initCause(this);
        return longer;
    }

    /// The name of the key.
    public String key() {
        return key;
    }

    /// What is wrong with it: an attribute (`CKA_EXTRACTABLE`), `CKM_…` for a mechanism, `signature`, `public key`, or
    /// `CKO_CERTIFICATE` where the token keeps no certificates.
    public String attribute() {
        return attribute;
    }

    /// What is wrong with that, without the key's name.
    public String words() {
        return words;
    }

    /// Whether more than one key answered.
    public boolean isAmbiguous() {
        return reason() == Reason.KEY_AMBIGUOUS;
    }
}
