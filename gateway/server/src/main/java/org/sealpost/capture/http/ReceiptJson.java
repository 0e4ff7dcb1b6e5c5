package org.sealpost.capture.http;

import java.util.HexFormat;
import java.util.Locale;
import org.sealpost.capture.Receipt;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;

/// What a client is told of its record, in JSON. None of the values needs quoting, so text is put together as it
/// is.
public final class ReceiptJson {
    static final String MEDIA_TYPE = "application/json";

    private ReceiptJson() {}

    static String of(Receipt receipt, Origin origin) {
        ClockReading clock = receipt.capturedAt();
        var json = new StringBuilder(320);
        json.append("{\"id\":\"").append(receipt.index());
        json.append("\",\"origin\":\"").append(origin.name());
        json.append("\",\"index\":").append(receipt.index());
        json.append(",\"state\":\"captured\",\"capturedAt\":\"").append(clock.time());
        json.append("\",\"clock\":");
        return appendClock(json, clock).append('}').toString();
    }

    /// The JSON object of a clock reading, as it stands under `clock`.
    public static StringBuilder appendClock(StringBuilder json, ClockReading clock) {
        json.append("{\"state\":\"").append(lower(clock.state()));
        json.append("\",\"source\":\"").append(lower(clock.source()));
        json.append("\",\"maxErrorMillis\":");
        if (clock.maxErrorMillis().isPresent())
            json.append(clock.maxErrorMillis().getAsLong());
        else json.append("null");
        json.append(",\"bootId\":\"").append(HexFormat.of().formatHex(clock.bootId()));
        return json.append("\",\"sinceBootMicros\":")
                .append(clock.sinceBootMicros())
                .append('}');
    }

    static String location(Receipt receipt) {
        return HttpCapture.PATH + "/" + receipt.index();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
