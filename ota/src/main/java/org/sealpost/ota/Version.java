package org.sealpost.ota;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A release's number, `MAJOR.MINOR.PATCH`; each part 0 to 2^31−1 without leading zeros, and compared as a number.
public record Version(int major, int minor, int patch) implements Comparable<Version> {
    private static final String PART = "(0|[1-9][0-9]{0,9})";
    private static final Pattern FORM = Pattern.compile(PART + "\\." + PART + "\\." + PART);
    private static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
            .thenComparingInt(Version::minor)
            .thenComparingInt(Version::patch);

    public Version {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException("no part of a version is negative");
        }
    }

    /// Reads the one form in which a version is written; there is no second one for the same number.
    ///
    /// @throws IllegalArgumentException with a sentence, if the text is no version
    public static Version parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw refused(text);
        }
        try {
            return new Version(
                    Integer.parseInt(parts.group(1)),
                    Integer.parseInt(parts.group(2)),
                    Integer.parseInt(parts.group(3)));
        } catch (NumberFormatException tooLarge) {
            throw refused(text);
        }
    }

    private static IllegalArgumentException refused(String text) {
        String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        return new IllegalArgumentException("\"" + shown
                + "\" is no version: it is MAJOR.MINOR.PATCH, each a number from 0 to 2147483647, as in 1.4.0");
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
