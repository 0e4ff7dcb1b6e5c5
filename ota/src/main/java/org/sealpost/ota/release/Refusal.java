package org.sealpost.ota.release;

/// What the tool will not do, and why, in one sentence that also says what to do instead. Nothing was changed.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Names from a server or a file are among it, and a terminal must not obey them.
    private static String shown(String sentence) {
        return sentence.replaceAll("[\\p{C}&&[^\\n]]", "?");
    }

    Refusal(String sentence) {
        super(shown(sentence));
    }

    Refusal(String sentence, Throwable cause) {
        super(shown(sentence), cause);
    }
}
