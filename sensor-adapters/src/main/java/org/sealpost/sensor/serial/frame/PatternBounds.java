package org.sealpost.sensor.serial.frame;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a pattern may be before RE2/J is asked to translate it, which takes as long and as much memory as it needs:
/// it writes repetitions out, and the ignoring of case goes through each character of a range.
final class PatternBounds {
    private static final int MAX_LENGTH = 512;
    private static final int MAX_REPEATED = 256;
    private static final int MAX_WRITTEN_OUT = 10_000;

    // What stands before a number in braces says whether it may repeat more than one character.
    private static final Pattern REPEATED = Pattern.compile("(\\)|\\\\E|[}?*+])?\\{([0-9]+)(?:,([0-9]*))?\\}");
    private static final Pattern WIDE = Pattern.compile("\\\\x\\{0*[1-9A-Fa-f][0-9A-Fa-f]{2}");

    private PatternBounds() {}

    static void check(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("has " + text.length() + " characters, at most 512 are allowed");
        }
        if (text.chars().anyMatch(each -> each > 0xff) || WIDE.matcher(text).find()) {
            throw new IllegalArgumentException(
                    "has a character that is more than a byte, and never comes; write its bytes as \\xc3\\xa4");
        }
        if (writtenOut(text) > MAX_WRITTEN_OUT) throw repeatsTooMuch();
    }

    static IllegalArgumentException repeatsTooMuch() {
        return new IllegalArgumentException("repeats too much: a number in braces is at most " + MAX_REPEATED
                + ", as a frame has no more bytes, and repetitions of repetitions multiply; write + or * instead");
    }

    // At least the length of the pattern without numbers; each number behind a group is taken to repeat all of it.
    private static long writtenOut(String text) {
        long sum = text.length();
        long product = 1;
        for (Matcher match = REPEATED.matcher(text); match.find(); ) {
            int times = Math.max(times(match.group(2)), match.group(3) == null ? 1 : times(match.group(3)));
            if (times > MAX_REPEATED) return Long.MAX_VALUE;
            if (match.group(1) == null) sum += times;
            else product = Math.min(MAX_WRITTEN_OUT + 1L, product * times);
        }
        return sum * product;
    }

    private static int times(String number) {
        if (number.length() > 3) return Integer.MAX_VALUE;
        return number.isEmpty() ? 1 : Math.max(1, Integer.parseInt(number));
    }
}
