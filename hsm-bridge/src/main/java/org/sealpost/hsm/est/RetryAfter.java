package org.sealpost.hsm.est;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// When to ask again (RFC 9110 §10.2.3), within bounds of our own.
final class RetryAfter {
    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofDays(1);
    static final Duration UNSAID = Duration.ofMinutes(5);

    private RetryAfter() {}

    static Duration read(Optional<String> header, Instant now) {
        return header.map(String::strip).map(text -> bounded(parsed(text, now))).orElse(UNSAID);
    }

    private static Duration parsed(String text, Instant now) {
        // Nine digits are thirty years; more would not even be a number of ours.
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(now, then);
        } catch (DateTimeException neither) {
            return text.matches("\\d+") ? LONGEST : UNSAID;
        }
    }

    private static Duration bounded(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
