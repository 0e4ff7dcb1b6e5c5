package org.sealpost.anchor;

/// What others say is as long as they like, and is kept as long as the trouble lasts, dozens of times where
/// many publications wait: this much of it is enough for people.
public final class ForeignWords {
    private static final int MOST = 256;

    private ForeignWords() {}

    /// At most 256 characters of it, without control characters, halves of surrogates, and what ends a line or
    /// turns its direction.
    public static String shortened(String text) {
        return printable(text.length() <= MOST ? text : text.substring(0, MOST));
    }

    /// All of it, where its bound is another one.
    public static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }
}
