package org.sealpost.sensor;

/// A settings document cannot be used; the message is the sentence that says where, why and what would be right.
public final class SettingsRefused extends Exception {
    private static final long serialVersionUID = 1L;

    public SettingsRefused(String sentence) {
        super(sentence);
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
