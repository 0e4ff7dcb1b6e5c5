package org.sealpost.capture;

import java.time.Duration;
import java.util.Optional;

/// Why something was refused, in words for whoever has to change it.
///
/// @param status     the HTTP status that says it best; other protocols map it to what they have
/// @param type       a short name for programs, lower-case-with-dashes
/// @param title      the same for people; does not vary from case to case
/// @param field      what it is about: a header, a part of a topic, a file; never its secret content
/// @param limit      what is allowed
/// @param remedy     what to do instead
/// @param retryAfter when trying again may help, if it may
public record Problem(
        int status,
        String type,
        String title,
        String field,
        String limit,
        String remedy,
        Optional<Duration> retryAfter) {
    public Problem {
        if (status < 400 || status > 599) throw new IllegalArgumentException("status " + status + ": 400 to 599");
    }

    public Problem(int status, String type, String title, String field, String limit, String remedy) {
        this(status, type, title, field, limit, remedy, Optional.empty());
    }

    /// The payload is larger than this box takes.
    public static Problem payloadTooLarge(int maxBytes) {
        return new Problem(
                413,
                "payload-too-large",
                "The payload is too large",
                "payload",
                "at most " + maxBytes + " bytes",
                "send less, or keep the content elsewhere and record its hash");
    }

    static Problem unknownProfile() {
        return new Problem(
                422,
                "unknown-profile",
                "There is no such profile",
                "profile",
                "a profile of this box, or 'default', which takes anything",
                "use the profile 'default', or ask the operator of the box for the names of the others");
    }

    static Problem reservedProfile() {
        return new Problem(
                422,
                "reserved-profile",
                "This profile is the box's own",
                "profile",
                "names that begin with neither 'sealpost.' nor 'sensor.'",
                "use the profile 'default' or another one of this box");
    }

    static Problem quota(int recordsPerSecond, Duration retryAfter) {
        return new Problem(
                429,
                "quota-exceeded",
                "More records than this client may send",
                "records per second of one client",
                "at most " + recordsPerSecond,
                "send more slowly, or ask the operator of the box for a larger quota",
                Optional.of(retryAfter));
    }

    static Problem repeatUnknown(Duration retryAfter) {
        return new Problem(
                503,
                "repeat-unknown",
                "The box cannot tell whether this record came before",
                "idempotency key",
                "the entry of an earlier record that may have had this key can be read",
                "keep the record and send it later, with the same key; the operator of the box has to look at its"
                        + " journal",
                Optional.of(retryAfter));
    }

    static Problem diskFull(Duration retryAfter) {
        return new Problem(
                507,
                "disk-full",
                "The box has no room for more records",
                "disk",
                "what is used stays below the refuse mark, so that seals, anchors and logs have room",
                "keep the record and send it later; the operator of the box has to make room",
                Optional.of(retryAfter));
    }
}
