package org.sealpost.sensor;

import java.time.Duration;
import java.util.stream.Collectors;

/// How this package says things to people.
final class Words {
    private static final int MAX_SHOWN = 60;

    private Words() {}

    /// A duration as the settings write it: `20ms`, `10s`, `5m`, `1h`.
    static String of(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 || millis % 1000 != 0) return millis + "ms";
        if (millis % 3_600_000 == 0) return millis / 3_600_000 + "h";
        if (millis % 60_000 == 0) return millis / 60_000 + "m";
        return millis / 1000 + "s";
    }

    /// Foreign text, fit for one line: bounded, with nothing in it that turns or moves what stands around it.
    static String fit(String text) {
        String printable = text.codePoints()
                .limit(MAX_SHOWN)
                .map(point -> isPlain(point) ? point : '?')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        return text.codePointCount(0, text.length()) > MAX_SHOWN ? printable + ".." : printable;
    }

    /// A sentence of an exception: whole, but bounded and on one line.
    static String sentence(Throwable thrown) {
        String message = thrown.getMessage();
        String text = message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
        String printable = text.codePoints()
                .limit(300)
                .map(point -> isPlain(point) ? point : ' ')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        return printable.strip();
    }

    private static boolean isPlain(int point) {
        int type = Character.getType(point);
        return !Character.isISOControl(point)
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }

    /// Levenshtein distance; of long words only the beginning counts.
    static int distance(String one, String other) {
        String a = one.substring(0, Math.min(one.length(), MAX_SHOWN));
        String b = other.substring(0, Math.min(other.length(), MAX_SHOWN));
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) previous[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
