package org.sealpost.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Optional;

/// What a person types before [HsmCommand] does something for good: the beginning of a key's fingerprint, so that
/// nobody does it to another key than the one that is meant.
final class HsmConfirmation {
    static final int DIGITS = 16;
    private static final int ALL_DIGITS = 64;

    private HsmConfirmation() {}

    /// Whether these are the first 16 digits or more of a fingerprint, blanks around them aside.
    static boolean confirms(String typed, String fingerprint) {
        var digits = typed.strip().toLowerCase(Locale.ROOT);
        return digits.matches("[0-9a-f]{" + DIGITS + "," + ALL_DIGITS + "}") && fingerprint.startsWith(digits);
    }

    /// What was given on the command line, else a line of the standard input, which these sentences ask for.
    static String typed(Optional<String> given, HsmOutput out, String... asking) throws IOException {
        if (given.isPresent()) return given.get();
        for (var sentence : asking) out.progress(sentence);
        var line = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return line == null ? "" : line;
    }
}
