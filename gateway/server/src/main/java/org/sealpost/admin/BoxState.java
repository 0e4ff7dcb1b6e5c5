package org.sealpost.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.sealpost.anchor.Anchored;
import org.sealpost.record.ClockReading;
import org.sealpost.sensor.SensorState;

/// What Home shows of a box, as facts; how they are worded and which of them are alarming is for the page to
/// say.
///
/// @param clock          the box's clock as it is now, and how good it is
/// @param parts          each part, and of the red ones cause, since and remedy
/// @param oldestUnanchored the oldest entry that some anchorage does not hold finally; empty if there is none
/// @param certificates   of the sealing key and of the pages, as far as there are any
public record BoxState(
        ClockReading clock,
        Optional<GoodTime> lastGoodTime,
        List<HealthView.Part> parts,
        Capture capture,
        Seals seals,
        List<Anchors> anchors,
        Optional<Unanchored> oldestUnanchored,
        Room room,
        Token token,
        Certificates certificates,
        Software software,
        List<SensorState> sensors,
        Identity identity) {

    public BoxState {
        parts = List.copyOf(parts);
        anchors = List.copyOf(anchors);
        sensors = List.copyOf(sensors);
    }

    /// A time that was known to be right.
    ///
    /// @param source what vouched for it, in words
    public record GoodTime(Instant time, String source) {}

    /// @param taking    false while records are refused for want of room
    /// @param entries   durable, the box's own included
    /// @param perSecond records taken over `over`; empty while that is not known yet
    public record Capture(boolean taking, long entries, OptionalDouble perSecond, Duration over) {}

    /// @param newest the time in the newest seal; empty if there is none
    /// @param going  false while sealing fails
    /// @param note   what should be known of sealing that goes on
    /// @param sealed entries under a seal
    public record Seals(
            boolean going, Optional<String> note, Optional<ClockReading> newest, long sealed, long waiting) {}

    /// What one anchorage holds.
    ///
    /// @param trouble         what is wrong with it, if anything is
    /// @param convincesOthers false if it stands only where this box stands
    /// @param finalSize       entries that its newest final head covers, 0 if there is none
    /// @param finalSince      when that head was seen to be final, by the box's clock
    /// @param accountInFile   whether the key of an account that pays there is in a file, and not in the HSM
    public record Anchors(
            String name,
            Optional<Anchored.Trouble> trouble,
            boolean convincesOthers,
            long finalSize,
            Optional<Instant> finalSince,
            long waiting,
            boolean accountInFile) {
        /// Whether somebody should look now.
        boolean isUrgent() {
            return trouble.filter(Anchored.Trouble::urgent).isPresent();
        }
    }

    /// @param capturedAt empty if its clock reading was erased
    /// @param age        empty where it cannot be told: the clock went back, or one of the readings is not
    ///     trusted
    public record Unanchored(long index, Optional<ClockReading> capturedAt, Optional<Duration> age) {}

    /// The disk that the box keeps everything on.
    ///
    /// @param refusingAtBytes from this many used bytes on records are refused
    /// @param pace            empty while the box has not run long enough to tell
    public record Room(long usedBytes, long totalBytes, long refusingAtBytes, Optional<Pace> pace) {}

    /// How fast the journals grow.
    ///
    /// @param over running time that it was measured over
    public record Pace(double bytesPerSecond, Duration over) {}

    /// @param state    READY, or what it is instead
    /// @param insecure why nothing that it signs proves anything, and what to do; empty for an HSM
    public record Token(String description, boolean ready, String state, Instant since, Optional<Insecure> insecure) {
        public Token(String description, boolean ready, String state, Instant since) {
            this(description, ready, state, since, Optional.empty());
        }
    }

    /// In the words of the token itself.
    public record Insecure(String cause, String remedy) {}

    /// @param certified whether a CA has certified the sealing key
    /// @param judgedAt  the latest time that the box is sure of; empty if it is sure of none
    /// @param certain   false if it may well be later than that
    public record Certificates(
            List<Certificate> known, boolean certified, Optional<Instant> judgedAt, boolean certain) {
        /// What stands for "no end" (RFC 5280, 4.1.2.5).
        private static final Instant NO_END = Instant.parse("9999-12-31T23:59:59Z");

        public Certificates {
            known = List.copyOf(known);
        }

        /// @param of      what it is for, in words: "sealing key", "pages (TLS)"
        /// @param subject as the certificate names it
        public record Certificate(String of, String subject, Instant notAfter) {
            boolean ends() {
                return notAfter.isBefore(NO_END);
            }
        }
    }

    /// @param image version of the appliance image that was booted; empty if this is none
    /// @param slot  of that image
    /// @param update how its update agent stands; empty where there is none
    public record Software(
            String version, Optional<String> image, Optional<Slot> slot, Optional<UpdateAgent.Seen> update) {
        public Software(String version, Optional<String> image, Optional<Slot> slot) {
            this(version, image, slot, Optional.empty());
        }

        /// The same with how the update agent stands.
        public Software with(UpdateAgent.Seen seen) {
            return new Software(version, image, slot, Optional.of(seen));
        }
    }

    /// @param name `A` or `B`
    public record Slot(String name) {}

    /// Which log this is.
    ///
    /// @param sealingKey thumbprint of the sealing key, in hex
    /// @param goesOnFrom the log that ended before it, as its genesis says; empty once a CA has certified the
    ///     sealing key for this name, by which readers know it from then on
    public record Identity(String origin, String sealingKey, Optional<GoesOnFrom> goesOnFrom) {}

    /// @param reason why that one ended, in a word; empty where the entry that says it is gone
    public record GoesOnFrom(String origin, Optional<String> reason) {}

    /// Days until records are refused at the pace of now; empty if the disk does not fill, or nobody knows yet.
    OptionalLong daysLeft() {
        if (room.pace.isEmpty() || room.pace.get().bytesPerSecond <= 0) return OptionalLong.empty();
        double seconds = Math.max(0, room.refusingAtBytes - room.usedBytes) / room.pace.get().bytesPerSecond;
        return OptionalLong.of((long) (seconds / Duration.ofDays(1).toSeconds()));
    }
}
