package org.sealpost.hsm;

/// A key that must not be used: missing, ambiguous, extractable, of another kind, or not the pinned one. Trying
/// again does not help before a person has looked at the token.
public final class KeyRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String attribute;
    private final boolean ambiguous;

    private KeyRefused(String message, String key, String attribute, boolean ambiguous) {
        super(message);
        this.key = key;
        this.attribute = attribute;
        this.ambiguous = ambiguous;
    }

    static KeyRefused because(String key, String attribute, String reason) {
        return new KeyRefused(message(key, attribute, reason), key, attribute, false);
    }

    static KeyRefused ambiguous(String key, String attribute, String reason) {
        return new KeyRefused(message(key, attribute, reason), key, attribute, true);
    }

    /// The same refusal for another caller, so that exceptions are not shared.
    KeyRefused again() {
        KeyRefused again = new KeyRefused(getMessage(), key, attribute, ambiguous);
        again.initCause(this);
        return again;
    }

    private static String message(String key, String attribute, String reason) {
        return "key \"" + key + "\" refused: " + attribute + " " + reason;
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

    /// Whether more than one key answered.
    public boolean isAmbiguous() {
        return ambiguous;
    }
}
