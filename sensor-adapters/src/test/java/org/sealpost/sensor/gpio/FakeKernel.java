package org.sealpost.sensor.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A kernel with GPIO chips in memory, as far as our calls see one: its files, requests, edges with their numbers,
/// a queue that throws the oldest away, chips that vanish. Files are found by their last name, in any folder.
final class FakeKernel implements SystemCalls {
    private final Map<String, FakeChip> chips = new TreeMap<>();
    private final Map<Integer, Object> files = new HashMap<>();
    private final Map<String, Integer> refusals = new HashMap<>();
    private int nextFile = 3;

    /// A chip, plugged in.
    synchronized FakeChip plug(String name, String label, int lines) {
        var chip = new FakeChip(name, label, lines);
        chips.put(name, chip);
        return chip;
    }

    synchronized void unplug(FakeChip chip) {
        chip.isGone = true;
        chips.remove(chip.name, chip);
        notifyAll();
    }

    /// Opening this chip fails from now on.
    synchronized void refuse(String name, int error) {
        refusals.put(name, error);
    }

    /// Somebody closes or opens the contact.
    synchronized void drive(FakeLine line, boolean isHigh) {
        if (line.isHigh == isHigh) {
            return;
        }
        line.isHigh = isHigh;
        if (line.owner != null) {
            line.owner.edge(isHigh != line.isActiveLow());
            notifyAll();
        }
    }

    /// Files that are open, of all kinds.
    synchronized int openFiles() {
        return files.size();
    }

    @Override
    public synchronized int open(String path) throws SystemCallFailed {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (refusals.containsKey(name)) {
            throw new SystemCallFailed("open of " + path, refusals.get(name));
        }
        if (path.equals("/dev/null")) {
            return add(path);
        }
        FakeChip chip = chips.get(name);
        if (chip == null) {
            throw new SystemCallFailed("open of " + path, SystemCallFailed.ENOENT);
        }
        return add(chip);
    }

    @Override
    public synchronized int ioctl(int file, int request, MemorySegment argument) throws SystemCallFailed {
        return switch (files.get(file)) {
            case FakeChip chip when (chip.isGone) -> throw new SystemCallFailed("ioctl", SystemCallFailed.ENODEV);
            case FakeChip chip when (request == Layouts.GET_CHIP_INFO) -> chip.describe(argument);
            case FakeChip chip
            when (request == Layouts.GET_LINE_INFO) ->
                chip.asked(argument, Layouts.at(Layouts.LINE_INFO, "offset")).describe(argument);
            case FakeChip chip when (request == Layouts.GET_LINE) -> take(chip, argument);
            case Taken taken when (taken.chip.isGone) -> throw new SystemCallFailed("ioctl", SystemCallFailed.ENODEV);
            case Taken taken
            when (request == Layouts.GET_VALUES) -> {
                boolean isActive = taken.line.isHigh != taken.line.isActiveLow();
                argument.set(JAVA_LONG, Layouts.at(Layouts.LINE_VALUES, "bits"), isActive ? 1 : 0);
                yield 0;
            }
            case null -> throw new SystemCallFailed("ioctl", 9);
            default -> throw new SystemCallFailed("ioctl", SystemCallFailed.ENOTTY);
        };
    }

    @Override
    public synchronized long read(int file, MemorySegment into) throws SystemCallFailed {
        if (!(files.get(file) instanceof Taken taken)) {
            throw new SystemCallFailed("read", SystemCallFailed.EINVAL);
        }
        if (taken.chip.isGone) {
            throw new SystemCallFailed("read", SystemCallFailed.ENODEV);
        }
        Event event = taken.events.remove();
        into.set(JAVA_LONG, Layouts.at(Layouts.EVENT, "timestamp_ns"), event.number * 1_000_000L);
        into.set(JAVA_INT, Layouts.at(Layouts.EVENT, "id"), event.isRising ? 1 : 2);
        into.set(JAVA_INT, Layouts.at(Layouts.EVENT, "offset"), taken.line.offset);
        into.set(JAVA_INT, Layouts.at(Layouts.EVENT, "seqno"), event.number);
        into.set(JAVA_INT, Layouts.at(Layouts.EVENT, "line_seqno"), event.number);
        return Layouts.EVENT.byteSize();
    }

    @Override
    public synchronized boolean awaitReadable(int file, int alarm, Duration atMost) throws SystemCallFailed {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            if (files.get(file) instanceof Taken taken && (taken.chip.isGone || !taken.events.isEmpty())) {
                return true;
            }
            long left = end - System.nanoTime();
            if (((boolean[]) files.get(alarm))[0] || left <= 0) {
                return false;
            }
            try {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException e) {
                throw new SystemCallFailed("poll", SystemCallFailed.EINTR);
            }
        }
    }

    @Override
    public synchronized int alarm() {
        return add(new boolean[1]);
    }

    @Override
    public synchronized void sound(int alarm) {
        ((boolean[]) files.get(alarm))[0] = true;
        notifyAll();
    }

    @Override
    public synchronized void close(int file) {
        if (files.remove(file) instanceof Taken taken) {
            taken.line.owner = null;
        }
    }

    private int take(FakeChip chip, MemorySegment request) throws SystemCallFailed {
        FakeLine line = chip.asked(request, Layouts.at(Layouts.REQUEST, "offsets"));
        if (line.owner != null || !line.consumer.isEmpty()) {
            throw new SystemCallFailed("ioctl", SystemCallFailed.EBUSY);
        }
        line.flags = request.get(JAVA_LONG, Layouts.at(Layouts.REQUEST, "config", "flags"));
        boolean isDebounced = request.get(JAVA_INT, Layouts.at(Layouts.REQUEST, "config", "num_attrs")) == 1;
        long value = Layouts.at(Layouts.REQUEST, "config", "attrs", "[0]", "attr", "value");
        line.debounceMicroseconds = isDebounced ? request.get(JAVA_INT, value) : 0;
        line.owner = new Taken(chip, line);
        line.whenTaken.run();
        request.set(JAVA_INT, Layouts.at(Layouts.REQUEST, "fd"), add(line.owner));
        return 0;
    }

    private int add(Object file) {
        files.put(nextFile, file);
        return nextFile++;
    }

    record Event(boolean isRising, int number) {}

    /// A line that somebody has.
    private static final class Taken {
        private static final int ROOM = 16;
        private final FakeChip chip;
        private final FakeLine line;
        private final Deque<Event> events = new ArrayDeque<>();
        private int last;

        Taken(FakeChip chip, FakeLine line) {
            this.chip = chip;
            this.line = line;
            this.last = line.firstNumber - 1;
        }

        void edge(boolean isRising) {
            if (events.size() == ROOM) {
                events.remove();
            }
            events.add(new Event(isRising, ++last));
        }
    }

    static final class FakeChip {
        private final String name;
        private final String label;
        private final List<FakeLine> lines = new ArrayList<>();
        private boolean isGone;

        FakeChip(String name, String label, int count) {
            this.name = name;
            this.label = label;
            for (int offset = 0; offset < count; offset++) {
                lines.add(new FakeLine(offset));
            }
        }

        FakeLine line(int offset) {
            return lines.get(offset);
        }

        private FakeLine asked(MemorySegment argument, long at) throws SystemCallFailed {
            int offset = argument.get(JAVA_INT, at);
            if (offset >= lines.size()) {
                throw new SystemCallFailed("ioctl", SystemCallFailed.EINVAL);
            }
            return lines.get(offset);
        }

        private int describe(MemorySegment info) {
            Layouts.text(info, Layouts.at(Layouts.CHIP_INFO, "name"), name);
            Layouts.text(info, Layouts.at(Layouts.CHIP_INFO, "label"), label);
            info.set(JAVA_INT, Layouts.at(Layouts.CHIP_INFO, "lines"), lines.size());
            return 0;
        }
    }

    static final class FakeLine {
        final int offset;
        String name = "";
        String consumer = "";
        boolean isHigh;
        long flags;
        int debounceMicroseconds;
        /// Of the first edge after it was taken.
        int firstNumber = 1;
        /// Runs before whoever takes the line knows that it is theirs.
        Runnable whenTaken = () -> {};

        private Taken owner;

        FakeLine(int offset) {
            this.offset = offset;
        }

        private boolean isActiveLow() {
            return (flags & Layouts.ACTIVE_LOW) != 0;
        }

        private int describe(MemorySegment info) {
            Layouts.text(info, Layouts.at(Layouts.LINE_INFO, "name"), name);
            Layouts.text(info, Layouts.at(Layouts.LINE_INFO, "consumer"), consumer);
            boolean isUsed = owner != null || !consumer.isEmpty();
            info.set(JAVA_LONG, Layouts.at(Layouts.LINE_INFO, "flags"), isUsed ? Layouts.USED : 0);
            return 0;
        }
    }
}
