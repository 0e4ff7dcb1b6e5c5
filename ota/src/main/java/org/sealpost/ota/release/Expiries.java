package org.sealpost.ota.release;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealpost.ota.tuf.Role;

/// When what is signed now is no longer to be trusted.
///
/// Snapshot and timestamp last 30 days by default, far longer than where boxes are always online: a box that is served
/// by stick sees the newest one when somebody comes with it.
record Expiries(Map<Role, Instant> byRole) {
    private static final Map<Role, Duration> DEFAULTS = Map.of(
            Role.ROOT, Duration.ofDays(365),
            Role.TARGETS, Duration.ofDays(90),
            Role.SNAPSHOT, Duration.ofDays(30),
            Role.TIMESTAMP, Duration.ofDays(30));
    private static final Duration MAX = Duration.ofDays(3650);
    private static final Pattern SPAN = Pattern.compile("([1-9][0-9]{0,5})([dhms])");
    private static final String FORM = " must be WHEN or ROLE=WHEN: ROLE is root, targets, snapshot or timestamp;"
            + " WHEN is 30d, 12h or a time like 2027-01-31T00:00:00Z; WHEN alone is for all but the root";

    /// @param words `WHEN` or `ROLE=WHEN`
    /// @param pastIsMeant whether what is expired already may be signed, which only tests have a use for
    static Expiries of(List<String> words, Instant now, boolean pastIsMeant) {
        Instant from = now.truncatedTo(ChronoUnit.SECONDS);
        var all = new EnumMap<Role, Instant>(Role.class);
        DEFAULTS.forEach((role, span) -> all.put(role, from.plus(span)));
        for (String word : words) {
            int equals = word.indexOf('=');
            Instant when = when(word, word.substring(equals + 1), from);
            if (equals >= 0) {
                all.put(role(word, word.substring(0, equals)), when);
            } else {
                all.replaceAll((role, old) -> role == Role.ROOT ? old : when);
            }
        }
        all.forEach((role, when) -> {
            if (!when.isAfter(from) && !pastIsMeant) {
                throw new Refusal("the " + role.word() + " would be expired already, at " + when
                        + "; take a later time, or add --allow-expired if it is for a test");
            }
            if (when.isAfter(from.plus(MAX))) {
                throw new Refusal("the " + role.word() + " would last until " + when + ", longer than " + MAX.toDays()
                        + " days; take an earlier time");
            }
        });
        return new Expiries(all);
    }

    Instant of(Role role) {
        return byRole.get(role);
    }

    private static Role role(String word, String name) {
        for (Role role : Role.values()) {
            if (role.word().equals(name)) {
                return role;
            }
        }
        throw new Refusal("--expires " + word + FORM);
    }

    private static Instant when(String word, String when, Instant from) {
        Matcher span = SPAN.matcher(when);
        try {
            if (!span.matches()) {
                return Instant.parse(when).truncatedTo(ChronoUnit.SECONDS);
            }
            long count = Long.parseLong(span.group(1));
            return from.plus(
                    switch (span.group(2)) {
                        case "d" -> Duration.ofDays(count);
                        case "h" -> Duration.ofHours(count);
                        case "m" -> Duration.ofMinutes(count);
                        default -> Duration.ofSeconds(count);
                    });
        } catch (DateTimeException noTime) {
            throw new Refusal("--expires " + word + FORM, noTime);
        }
    }
}
