package org.sealpost.ota.release;

/// What the tool will not do, and why, in one sentence that also says what to do instead. Nothing was changed.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String sentence) {
        super(sentence);
    }

    Refusal(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
