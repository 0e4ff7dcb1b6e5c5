package org.sealpost.sensor.gpio;

import java.util.List;
import java.util.stream.Collectors;
import org.sealpost.sensor.SensorSetback;

/// What keeps a contact from being read, in plain words.
final class Setbacks {
    private static final String LOOK = "sealpost sensor discover, and the page Sensors, show what there is.";

    private Setbacks() {}

    /// What a system call's failure on a chip or on one of its lines means.
    static SensorSetback of(SystemCallFailed why, String what) {
        return switch (why.number()) {
            case SystemCallFailed.EACCES, SystemCallFailed.EPERM ->
                new SensorSetback(
                        "the gateway may not use the GPIO chip " + what,
                        "Let its user read the device: on Linux the device /dev/gpiochip* belongs to a group (ls -l"
                                + " shows which), and the user has to be in it.",
                        why);
            case SystemCallFailed.EBUSY ->
                new SensorSetback(
                        what + " is in use",
                        "A line belongs to one program at a time: stop the other one, or choose another line.",
                        why);
            case SystemCallFailed.ENOTTY ->
                new SensorSetback(
                        what + " does not know the kernel's newer interface for GPIO lines",
                        "It needs Linux 5.10 or later.",
                        why);
            default ->
                why.meansGone()
                        ? new SensorSetback(
                                what + " is gone: it was unplugged, or its driver was stopped",
                                "Connect it again; the contact then goes on by itself.",
                                why)
                        : new SensorSetback(
                                what + " cannot be used: " + why.getMessage(),
                                "Compare chip, line, bias and debounce with what the board's manual says. " + LOOK,
                                why);
        };
    }

    static SensorSetback noSuchChip(String wanted, List<ChipDescription> all) {
        String there = all.isEmpty()
                ? "there is none"
                : all.stream().map(ChipDescription::words).collect(Collectors.joining(", "));
        return new SensorSetback(
                "no GPIO chip of this machine has the name or label " + wanted + " (" + there + ")",
                "Connect the board, or name one that is there as chip. " + LOOK);
    }

    static SensorSetback ambiguous(String label, List<ChipDescription> fitting) {
        String names = fitting.stream().map(ChipDescription::name).collect(Collectors.joining(", "));
        return new SensorSetback(
                "more than one GPIO chip has the label " + label + ": " + names, "Name one of these as chip.");
    }

    static SensorSetback noSuchLine(ChipDescription chip, int offset) {
        return new SensorSetback(
                chip.words() + " has no line " + offset + ": its lines are 0 to " + (chip.lines() - 1),
                "Give one of these as line. " + LOOK);
    }

    static SensorSetback noSuchLine(ChipDescription chip, String name) {
        return new SensorSetback(
                "no line of " + chip.words() + " has the name " + name,
                "Give its number as line, or another line-name. " + LOOK);
    }

    static SensorSetback inUse(ChipDescription chip, LineDescription line) {
        String user = line.consumer().isEmpty() ? "" : " by " + line.consumer();
        return new SensorSetback(
                line.words() + " of " + chip.words() + " is in use" + user,
                "A line belongs to one program at a time: stop the other one, or choose another line. " + LOOK);
    }
}
