package org.sealpost.record;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;

/// A time and how good it was (docs/formats.md §3.2). The clock may be wrong, so the reading says what it rests on.
///
/// @param timeMillis       milliseconds since 1970-01-01T00:00:00Z, from 0
/// @param maxErrorMillis   as the source of time states it, if it does
/// @param bootId           16 bytes, another for each start of the operating system
/// @param sinceBootMicros  monotonic, from 0
public record ClockReading(
        long timeMillis, State state, Source source, OptionalLong maxErrorMillis, byte[] bootId, long sinceBootMicros) {

    /// How much the wall time can be relied on.
    public enum State {
        SYNCED,
        HOLDOVER,
        UNTRUSTED
    }

    /// Where the wall time comes from, in the order of docs/formats.md §3.2.
    public enum Source {
        NONE,
        RTC,
        MANUAL,
        NTP,
        NTS,
        PTP,
        GNSS,
        SYSTEM
    }

    public ClockReading {
        bootId = bootId.clone();
        if (bootId.length != 16) throw new IllegalArgumentException("a boot id has 16 bytes");
        if (timeMillis < 0 || sinceBootMicros < 0 || maxErrorMillis.orElse(0) < 0) {
            throw new IllegalArgumentException("times are not negative");
        }
    }

    public Instant time() {
        return Instant.ofEpochMilli(timeMillis);
    }

    @Override
    public byte[] bootId() {
        return bootId.clone();
    }

    public byte[] encode() {
        var out = new CborWriter(64);
        write(out);
        return out.toBytes();
    }

    public void write(CborWriter out) {
        out.map(6).integer(1).integer(timeMillis);
        out.integer(2)
                .integer(state.ordinal() + 1)
                .integer(3)
                .integer(source.ordinal())
                .integer(4);
        if (maxErrorMillis.isPresent()) out.integer(maxErrorMillis.getAsLong());
        else out.nil();
        out.integer(5).bytes(bootId).integer(6).integer(sinceBootMicros);
    }

    public static ClockReading parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        var reading = read(in);
        in.end();
        return reading;
    }

    public static ClockReading read(CborReader in) throws CborMalformed {
        // Instants beyond the year 9999 are nobody's clock, and RFC 3339 cannot print them.
        long time = in.mapOf(6).expect(1).unsigned("time", 0, 253_402_300_799_999L);
        var state = State.values()[(int) in.expect(2).unsigned("state of the clock", 1, State.values().length) - 1];
        var source = Source.values()[(int) in.expect(3).unsigned("source of time", 0, Source.values().length - 1)];
        in.expect(4);
        var maxError = in.nil() ? OptionalLong.empty() : OptionalLong.of(in.unsigned());
        var bootId = in.expect(5).fixed(16);
        long sinceBoot = in.expect(6).unsigned();
        return new ClockReading(time, state, source, maxError, bootId, sinceBoot);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClockReading that
                && timeMillis == that.timeMillis
                && state == that.state
                && source == that.source
                && maxErrorMillis.equals(that.maxErrorMillis)
                && Arrays.equals(bootId, that.bootId)
                && sinceBootMicros == that.sinceBootMicros;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(timeMillis ^ sinceBootMicros);
    }

    @Override
    public String toString() {
        return time() + " " + state + " " + source + " boot " + HexFormat.of().formatHex(bootId);
    }
}
