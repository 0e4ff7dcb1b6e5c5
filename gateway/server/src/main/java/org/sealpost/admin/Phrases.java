package org.sealpost.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/// How figures read on pages: one way for each kind.
final class Phrases {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Pattern HASH = Pattern.compile("\\b((?:0x)?[0-9a-f]{8})[0-9a-f]{56}\\b");
    private static final Pattern INSTANT =
            Pattern.compile("\\b([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\\.[0-9]{1,9})?Z\\b");

    private Phrases() {}

    static String time(Instant time) {
        return TIME.format(time);
    }

    /// The clock may have been set meanwhile: nothing is said to have happened in the future.
    static String timeAndAge(Instant time, Instant now) {
        return time(time) + (time.isAfter(now) ? "" : ", " + duration(Duration.between(time, now)) + " ago");
    }

    static String clock(Instant time) {
        return CLOCK.format(time);
    }

    static String day(Instant time) {
        return DAY.format(time);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// `1 record`, `2 records`.
    static String counted(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }

    static String capitalised(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /// A cause as it reads on a page, as a sentence.
    static String told(String words) {
        return capitalised(legible(words));
    }

    /// The same within one: a hash is told by its beginning, since the whole one stands in `anchor list`, and a time
    /// as every other one.
    static String legible(String words) {
        return INSTANT.matcher(HASH.matcher(words).replaceAll("$1…")).replaceAll("$1 $2 UTC");
    }

    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%,.1f" : "%,.0f", perSecond);
    }

    /// The two largest units, as far as the second one tells anything.
    static String duration(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) return seconds + " s";
        if (seconds < 600) return two(seconds / 60, "min", seconds % 60, "s");
        if (seconds < 3600) return seconds / 60 + " min";
        if (seconds < 86_400) return two(seconds / 3600, "h", seconds / 60 % 60, "min");
        return two(seconds / 86_400, seconds < 2 * 86_400 ? "day" : "days", seconds / 3600 % 24, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    /// In binary units, three digits.
    static String bytes(long bytes) {
        if (bytes < 1024) return bytes + " B";
        double value = bytes;
        int unit = -1;
        while (value >= 1000 && unit < 4) {
            value /= 1024;
            unit++;
        }
        var digits = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, digits, value) + " " + new String[] {"KiB", "MiB", "GiB", "TiB", "PiB"}[unit];
    }

    /// The sign stays on the line of its number.
    static String percent(long part, long whole) {
        return whole <= 0 ? "0\u00a0%" : String.format(Locale.ROOT, "%.0f\u00a0%%", 100.0 * part / whole);
    }
}
