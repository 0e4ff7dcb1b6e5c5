package org.sealpost.sensor.gpio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealpost.sensor.ContactSettings;
import org.sealpost.sensor.SensorSetback;

/// The GPIO chips of this machine, looked at anew each time: they come and go.
final class Chips {
    private static final Pattern NAME = Pattern.compile("gpiochip([0-9]{1,6})");
    /// More than any machine has.
    private static final int MAX = 64;

    private final SystemCalls calls;
    private final Path folder;

    Chips(SystemCalls calls, Path folder) {
        this.calls = calls;
        this.folder = folder;
    }

    /// Their names, by number. Names that only point to another one are left out.
    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !Files.isSymbolicLink(file))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted(Comparator.comparingInt(Chips::number))
                    .limit(MAX)
                    .toList();
        } catch (NoSuchFileException noFolder) {
            return List.of();
        }
    }

    Chip open(String name) throws SystemCallFailed {
        return Chip.open(calls, folder.resolve(name).toString());
    }

    /// The number in `gpiochip3`.
    static int number(String name) {
        var matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is no chip's name, such as gpiochip0");
        }
        return Integer.parseInt(matcher.group(1));
    }

    /// The chip of this name or label.
    ChipDescription find(String wanted) throws IOException, SensorSetback {
        List<ChipDescription> all = new ArrayList<>();
        List<ChipDescription> fitting = new ArrayList<>();
        SystemCallFailed closed = null;
        for (String name : names()) {
            try (Chip chip = open(name)) {
                ChipDescription description = chip.description();
                all.add(description);
                if (description.name().equals(wanted)) {
                    return description;
                }
                if (description.label().equals(wanted)) {
                    fitting.add(description);
                }
            } catch (SystemCallFailed e) {
                if (name.equals(wanted)) {
                    throw Setbacks.of(e, wanted);
                }
                closed = e;
            }
        }
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        if (closed != null && fitting.isEmpty() && all.isEmpty() && !closed.meansGone()) {
            throw Setbacks.of(closed, wanted);
        }
        throw fitting.isEmpty() ? Setbacks.noSuchChip(wanted, all) : Setbacks.ambiguous(wanted, fitting);
    }

    /// Which line is meant, and that it can be ours.
    LineDescription line(ChipDescription where, ContactSettings.Line wanted) throws IOException, SensorSetback {
        try (Chip chip = open(where.name())) {
            LineDescription line = switch (wanted) {
                case ContactSettings.Line.Number(int offset) -> {
                    if (offset >= where.lines()) {
                        throw Setbacks.noSuchLine(where, offset);
                    }
                    yield chip.line(offset);
                }
                case ContactSettings.Line.Name(String name) -> named(chip, where, name);
            };
            if (line.isUsed()) {
                throw Setbacks.inUse(where, line);
            }
            return line;
        } catch (SystemCallFailed e) {
            throw Setbacks.of(e, where.words());
        }
    }

    private static LineDescription named(Chip chip, ChipDescription where, String name)
            throws SystemCallFailed, SensorSetback {
        for (int offset = 0; offset < where.lines(); offset++) {
            LineDescription line = chip.line(offset);
            if (line.name().equals(name)) {
                return line;
            }
        }
        throw Setbacks.noSuchLine(where, name);
    }
}
