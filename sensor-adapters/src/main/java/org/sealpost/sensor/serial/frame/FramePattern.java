package org.sealpost.sensor.serial.frame;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The pattern that a whole frame matches, one character a byte, and its parts that have names.
///
/// However it is written, the time that a frame takes grows with its length only: RE2/J goes through all ways of
/// matching at once, and never back.
public final class FramePattern {
    private static final int MAX_GROUPS = 16;

    // The depth of its search, too: far less than a thread's stack holds.
    private static final int MAX_STEPS = 2000;

    private final Pattern pattern;

    private FramePattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /// Throws an [IllegalArgumentException] with the rest of a sentence that begins with where the text stands.
    public static FramePattern of(String text) {
        PatternBounds.check(text);
        try {
            Pattern pattern = Pattern.compile(text, Pattern.DISABLE_UNICODE_GROUPS);
            if (pattern.programSize() > MAX_STEPS) throw PatternBounds.repeatsTooMuch();
            if (pattern.groupCount() > MAX_GROUPS) {
                throw new IllegalArgumentException("has more than " + MAX_GROUPS
                        + " groups; write (?:...) instead of (...) where a part needs no name");
            }
            return new FramePattern(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(rest(e.getDescription(), e.getPattern()), e);
        }
    }

    private static String rest(String description, String where) {
        if (where.matches("(?s)\\(\\?<?[=!].*")) {
            return "looks ahead or behind with " + where.substring(0, where.startsWith("(?<") ? 4 : 3)
                    + ", which a pattern cannot; make what stands there a part of the pattern";
        }
        if (where.matches("(?s)\\\\[1-9k].*")) {
            return "refers back to a group with " + where.substring(0, 2)
                    + ", which a pattern cannot; write that part out";
        }
        if (where.equals("stack underflow")) return "is no pattern: a closing parenthesis has none that opens it";
        return "is no pattern: " + description
                + (where.isEmpty() ? "" : ": " + where.substring(0, Math.min(40, where.length())));
    }

    public Set<String> groups() {
        return Set.copyOf(pattern.namedGroups().keySet());
    }

    /// What the groups with a name say, without those that took no part; nothing if the frame does not match.
    public Optional<Map<String, String>> match(String frame) {
        Matcher matcher = pattern.matcher(frame);
        if (!matcher.matches()) return Optional.empty();
        Map<String, String> said = new HashMap<>();
        for (String group : groups()) {
            if (matcher.start(group) >= 0) said.put(group, matcher.group(group));
        }
        return Optional.of(said);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FramePattern that && pattern.pattern().equals(that.pattern.pattern());
    }

    @Override
    public int hashCode() {
        return pattern.pattern().hashCode();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
