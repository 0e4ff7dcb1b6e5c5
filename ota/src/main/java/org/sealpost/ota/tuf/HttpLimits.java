package org.sealpost.ota.tuf;

import java.time.Duration;

/// How patient a box is with a server.
///
/// @param connect    until a connection stands
/// @param answer     until an answer to a request begins
/// @param small      until a metadata file is there whole
/// @param leastRate  so many bytes must come in each `window`, while a large file is fetched
/// @param redirects  so many are followed
public record HttpLimits(
        Duration connect, Duration answer, Duration small, long leastRate, Duration window, int redirects) {
    public static final HttpLimits STANDARD = new HttpLimits(
            Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(60), 60 << 10, Duration.ofMinutes(1), 5);
}
