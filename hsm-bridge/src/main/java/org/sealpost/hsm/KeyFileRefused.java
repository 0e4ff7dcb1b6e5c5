package org.sealpost.hsm;

import java.io.IOException;

/// A file that holds no key which may be used: it is missing or damaged, holds another kind of key, or may be read by
/// everybody. The message is a sentence, and never has anything of the key.
public final class KeyFileRefused extends IOException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    KeyFileRefused(String sentence, String remedy) {
        super(sentence);
        this.remedy = remedy;
    }

    KeyFileRefused(String sentence, String remedy, Throwable cause) {
        super(sentence, cause);
        this.remedy = remedy;
    }

    /// What to do about it.
    public String remedy() {
        return remedy;
    }
}
