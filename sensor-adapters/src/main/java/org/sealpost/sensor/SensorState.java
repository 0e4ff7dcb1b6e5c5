package org.sealpost.sensor;

import java.time.Instant;
import java.util.Optional;

/// How a sensor is, since when, why, and what to do about it; what it said last, and what was counted since it was
/// started or its settings changed. `cause` and `remedy` are whole sentences or empty. `firstBytes` of what could not
/// be read, as hex, or empty: content, so not for a log nor for everybody.
public record SensorState(
        String name,
        String kind,
        String description,
        Condition state,
        Instant since,
        String cause,
        String firstBytes,
        String remedy,
        Optional<Reading> last,
        Optional<Instant> lastAt,
        Counts counts) {

    /// The cause with the first bytes, for those who may see what the sensor says.
    public String causeWithBytes() {
        return Trouble.shown(cause, firstBytes);
    }

    /// The same, but for what it said last.
    public SensorState withoutLast() {
        return new SensorState(
                name,
                kind,
                description,
                state,
                since,
                cause,
                firstBytes,
                remedy,
                Optional.empty(),
                Optional.empty(),
                counts);
    }

    /// The closed set of states.
    public enum Condition {
        /// It speaks, or is silent as it may be.
        WELL,
        /// Nothing is wrong that a person should look at: it is being opened, or nothing came yet.
        WAITING,
        /// A person should look at it.
        RED
    }

    /// `readings` and `gaps` that are durable; readings that were left out; frames or answers that could not be
    /// read; values that the device itself did not stand behind; how often it was opened again; how many of its
    /// threads hang.
    public record Counts(
            long readings, long gaps, long leftOut, long unreadable, long unsettled, long restarts, int hanging) {
        public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0);
    }
}
