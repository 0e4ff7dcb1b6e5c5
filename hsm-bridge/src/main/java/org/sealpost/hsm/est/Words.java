package org.sealpost.hsm.est;

import java.nio.charset.StandardCharsets;

/// What can be shown of a server's words, on a terminal, too.
final class Words {
    private static final int MAX_BYTES = 1200;
    private static final int MAX_CHARACTERS = 300;

    private Words() {}

    static String of(byte[] body) {
        return of(new String(body, 0, Math.min(body.length, MAX_BYTES), StandardCharsets.UTF_8));
    }

    static String of(String text) {
        String plain = text.substring(0, Math.min(text.length(), MAX_BYTES))
                .replaceAll("[^\\p{Print}\\p{L}]+", " ")
                .replaceAll(" +", " ")
                .strip();
        return plain.isEmpty() ? "without a word" : plain.substring(0, Math.min(plain.length(), MAX_CHARACTERS));
    }
}
