package org.sealpost.admin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.sealpost.record.ClockReading;
import org.sealpost.sensor.SensorState;

/// A box whose facts a test sets one by one; at first all is well.
final class FakeBox implements BoxView {
    static final Instant NOW = Instant.parse("2026-11-25T18:04:05Z");

    volatile ClockReading clock = clock(NOW, ClockReading.State.SYNCED);
    volatile Optional<BoxState.GoodTime> lastGoodTime = Optional.of(new BoxState.GoodTime(NOW, "the time service"));
    volatile List<HealthView.Part> parts = List.of(well("token"), well("disk"), well("sealer"), well("relay evm"));
    volatile BoxState.Capture capture =
            new BoxState.Capture(true, 1_204_333, OptionalDouble.of(12.4), Duration.ofMinutes(1));
    volatile BoxState.Seals seals = new BoxState.Seals(true, Optional.empty(), Optional.of(clock), 1_204_330, 3);
    volatile List<BoxState.Anchors> anchors = List.of(
            new BoxState.Anchors(
                    "evm", Optional.empty(), true, 1_204_100, Optional.of(NOW.minusSeconds(90)), 233, false),
            new BoxState.Anchors(
                    "local", Optional.empty(), false, 1_204_330, Optional.of(NOW.minusSeconds(1)), 3, false));
    volatile Optional<BoxState.Unanchored> oldest = Optional.of(new BoxState.Unanchored(
            1_204_100,
            Optional.of(clock(NOW.minusSeconds(100), ClockReading.State.SYNCED)),
            Optional.of(Duration.ofSeconds(100))));
    volatile BoxState.Room room = new BoxState.Room(
            12L << 30, 64L << 30, 61L << 30, Optional.of(new BoxState.Pace(6000, Duration.ofHours(30))));
    volatile BoxState.Token token =
            new BoxState.Token("SoftHSM v2, serial 71a2f39d, label \"box\"", true, "READY", NOW.minusSeconds(90_000));
    volatile BoxState.Certificates certificates = new BoxState.Certificates(
            List.of(
                    certificate("sealing key", "CN=port-7/27bc0270", 700),
                    certificate("pages (TLS)", "CN=sealpost", 3000)),
            true,
            Optional.of(NOW),
            true);
    volatile BoxState.Software software =
            new BoxState.Software("sealpost 0.1.0", Optional.empty(), Optional.of(new BoxState.Slot("A")));
    volatile List<SensorState> sensors = List.of();
    volatile Optional<BoxState.GoesOnFrom> goesOnFrom = Optional.empty();
    volatile boolean broken;

    static HealthView.Part well(String name) {
        return new HealthView.Part(name, true, "", "", Optional.empty());
    }

    static ClockReading clock(Instant time, ClockReading.State state) {
        var source = state == ClockReading.State.UNTRUSTED ? ClockReading.Source.NONE : ClockReading.Source.SYSTEM;
        return new ClockReading(time.toEpochMilli(), state, source, OptionalLong.empty(), new byte[16], 0);
    }

    static BoxState.Certificates.Certificate certificate(String of, String subject, int days) {
        return new BoxState.Certificates.Certificate(of, subject, NOW.plus(Duration.ofDays(days)));
    }

    /// What a box looks like whose HSM was pulled out and whose disk is full.
    void goesRed() {
        parts = List.of(
                new HealthView.Part(
                        "token",
                        false,
                        "ABSENT: no token with the label \"box\" in any slot",
                        "plug it in, or restart its service; it is used again by itself",
                        Optional.of(NOW.minusSeconds(251))),
                new HealthView.Part(
                        "disk",
                        false,
                        "records are refused: above 95 % used, or no room to write",
                        "make room; nothing that is not anchored is deleted by itself",
                        Optional.empty()),
                well("relay evm"));
        capture = new BoxState.Capture(false, 1_204_333, OptionalDouble.of(0), Duration.ofMinutes(1));
        seals = new BoxState.Seals(false, Optional.empty(), seals.newest(), 1_204_330, 3);
        token = new BoxState.Token(token.description(), false, "ABSENT", NOW.minusSeconds(251));
        room = new BoxState.Room(62L << 30, 64L << 30, 61L << 30, room.pace());
    }

    @Override
    public BoxState now() throws IOException {
        if (broken) throw new IOException("segment 00000042 of a secret journal");
        return new BoxState(
                clock,
                lastGoodTime,
                parts,
                capture,
                seals,
                anchors,
                oldest,
                room,
                token,
                certificates,
                software,
                sensors,
                new BoxState.Identity(
                        "port-7/27bc0270",
                        "a92349dc94051472c3422e95dfced9529ed29c336a3f465be8cf60abe5995d71",
                        goesOnFrom));
    }
}
