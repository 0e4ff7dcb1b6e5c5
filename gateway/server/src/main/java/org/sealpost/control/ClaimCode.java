package org.sealpost.control;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;

/// The code that whoever stands before the box reads off its console: ten characters of Crockford's base 32,
/// which has no letters that look like digits. It lives in memory alone.
final class ClaimCode {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 10;
    /// What is longer than any spelling of a code is not looked at.
    private static final int MAX_INPUT_LENGTH = 64;

    private final String code;

    private ClaimCode(String code) {
        this.code = code;
    }

    static ClaimCode random(SecureRandom random) {
        var code = new StringBuilder(LENGTH);
        while (code.length() < LENGTH) code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        return new ClaimCode(code.toString());
    }

    /// As people read and write it: `XXXXX-XXXXX`.
    String shown() {
        return code.substring(0, LENGTH / 2) + "-" + code.substring(LENGTH / 2);
    }

    /// Takes the same time whichever character differs. Small letters, blanks and dashes make no difference; O
    /// is taken for 0, I and L for 1.
    boolean matches(String entered) {
        if (entered.length() > MAX_INPUT_LENGTH) return false;
        var plain = entered.toUpperCase(Locale.ROOT)
                .replaceAll("[\\s\\p{Pd}]", "")
                .replace('O', '0')
                .replace('I', '1')
                .replace('L', '1');
        return MessageDigest.isEqual(plain.getBytes(StandardCharsets.UTF_8), code.getBytes(StandardCharsets.UTF_8));
    }
}
