package org.sealpost.archive.erasure;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;

/// What the log gets of an order (docs/formats.md §18). It depends on the order alone, so that a second copy
/// has the same content.
final class ErasureCopy {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /// Of a copy without its ranges, each character of the rule in four bytes at most.
    private static final int MAX_FRAME_BYTES = 1536;

    /// Of a range with its brackets and comma.
    private static final int MAX_RANGE_BYTES = 42;

    private ErasureCopy() {}

    /// How many ranges an order may have whose copy has at most so many bytes.
    static int mostRanges(int maxBytes) {
        return Math.clamp((maxBytes - MAX_FRAME_BYTES) / MAX_RANGE_BYTES, 1, ErasureItem.MAX_RANGES);
    }

    static byte[] of(Erasure order) {
        var text = "{\"position\":" + order.position() + ",\"at\":\""
                + MILLIS.format(order.at().time())
                + "\",\"clock\":\"" + order.at().state().name().toLowerCase(Locale.ROOT) + "\",\"by\":\"" + order.by()
                + "\",\"rule\":\"" + order.rule().replace("\\", "\\\\").replace("\"", "\\\"") + "\",\"form\":\""
                + order.form().word() + "\",\"entries\":"
                + order.ranges().stream()
                        .map(range -> "[" + range.first() + "," + range.next() + "]")
                        .collect(Collectors.joining(",", "[", "]"))
                + "}";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
