package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes a range of a log to a folder, a volume after the other. Repeating it into the same folder goes on
/// where it was cut off: what is whole there stays, so its position is its own output.
public final class RangeExport {
    public static final long USUAL_VOLUME_BYTES = 2L << 30;
    public static final long LEAST_VOLUME_BYTES = 1 << 20;

    /// As many as the chunks that a file may have hold.
    public static final long MOST_VOLUME_BYTES = 64L << 30;

    /// What file systems need for themselves.
    private static final long MARGIN_BYTES = 1 << 20;

    private final RangeSource source;
    private final Stick stick;
    private final Limits limits;
    private final Consumer<Volume> told;

    /// @param chunkBytes      what a chunk of entries takes
    /// @param leastFileBytes  no volume is begun where there is less room
    record Limits(int chunkBytes, long leastFileBytes) {
        static final Limits USUAL = new Limits(4 << 20, LEAST_VOLUME_BYTES);
    }

    /// What is wanted.
    ///
    /// @param to          behind the last entry
    /// @param volumeBytes no file becomes larger, unless one entry is
    public record Order(long from, long to, long volumeBytes, boolean bodies) {}

    /// A file that is complete.
    ///
    /// @param found whether it was there before
    public record Volume(String file, long from, long next, long sizeBytes, boolean found) {}

    /// How an export ended.
    public sealed interface Outcome {
        /// Everything that was asked for is carried.
        record Done() implements Outcome {}

        /// No room for more: what is left begins at `next`.
        record Full(long next) implements Outcome {}

        /// Something lies in the folder that is in the way.
        record Refused(String sentence) implements Outcome {}
    }

    RangeExport(RangeSource source, Stick stick, Limits limits, Consumer<Volume> told) {
        this.source = source;
        this.stick = stick;
        this.limits = limits;
        this.told = told;
    }

    /// @param told each volume once it is complete
    public static RangeExport into(Path folder, RangeSource source, Consumer<Volume> told) {
        return new RangeExport(source, new FolderStick(folder), Limits.USUAL, told);
    }

    /// @throws IOException if the folder or the log fails: the same order again goes on
    public Outcome run(Order order) throws IOException {
        for (long next = order.from; next < order.to; ) {
            var written = volume(order, next);
            if (!(written instanceof Written.Complete(var volume))) return ((Written.Ended) written).outcome();
            told.accept(volume);
            next = volume.next;
        }
        return new Outcome.Done();
    }

    private sealed interface Written {
        record Complete(Volume volume) implements Written {}

        record Ended(Outcome outcome) implements Written {}
    }

    /// The file that carries the entries from `from` on: the one that is there, gone on with, or a new one.
    private Written volume(Order order, long from) throws IOException {
        var there = existing(order, from);
        if (there.isPresent()) {
            var refusal = objection(order, there.get());
            return refusal.isPresent() ? ended(new Outcome.Refused(refusal.get())) : goOn(there.get());
        }
        long room = Math.min(order.volumeBytes, stick.usableBytes() - MARGIN_BYTES);
        if (room < limits.leastFileBytes) return ended(new Outcome.Full(from));
        var plan = VolumePlan.of(source, order, from, room, limits.chunkBytes);
        var head = source.head(from, plan.next(), order.bodies);
        if (stick.names().contains(head.fileName())) {
            return ended(
                    new Outcome.Refused(stick.describe(head.fileName()) + " has the name that this one needs, and is"
                            + " no file of this log, or its beginning is not whole: delete that file first if nobody needs it,"
                            + " or export into another folder"));
        }
        try (var file = stick.create(head.fileName())) {
            return complete(VolumeWriter.begin(source, file, head), head);
        }
    }

    private static Written ended(Outcome outcome) {
        return new Written.Ended(outcome);
    }

    /// @param name  of its file
    /// @param state how far it goes
    private record Existing(String name, VolumeWriter.Found state) {
        long next() {
            return state.head().next();
        }
    }

    /// Of the files that begin with this entry and end where the order does, or before, the one that goes
    /// farthest. One whose head was cut off while it was written carries nothing, and is deleted; one that begins
    /// in another way may be somebody's only copy.
    private Optional<Existing> existing(Order order, long from) throws IOException {
        var prefix = RangeHead.prefix(source.identity().origin(), from);
        Optional<Existing> best = Optional.empty();
        for (var name : stick.names().stream().sorted(Comparator.naturalOrder()).toList()) {
            if (!name.startsWith(prefix) || !name.substring(prefix.length()).matches("[0-9]{1,18}\\.range")) continue;
            long next = Long.parseLong(name.substring(prefix.length(), name.length() - ".range".length()));
            if (next > order.to) continue;
            Optional<VolumeWriter.Found> found;
            try (var file = stick.open(name)) {
                found = VolumeWriter.find(source, file);
            } catch (RangeFault noneOfOurs) {
                continue;
            }
            if (found.isEmpty()) {
                stick.delete(name);
                continue;
            }
            var head = found.get().head();
            boolean fits = head.from() == from
                    && head.next() <= order.to
                    && source.identity().genesisHash().equals(head.keys().genesisHash());
            if (fits && best.map(known -> known.next() < head.next()).orElse(true)) {
                best = Optional.of(new Existing(name, found.get()));
            }
        }
        return best;
    }

    private Optional<String> objection(Order order, Existing there) {
        if (!source.isOf(there.state.head())) {
            return Optional.of(stick.describe(there.name) + " carries another history of this log: keep it, find out"
                    + " where it comes from, and export into another folder");
        }
        if (!source.hasFlanksOf(there.state.head())) {
            return Optional.of(stick.describe(there.name) + " was altered: its head has hashes that this log has not;"
                    + " delete that file first, and export again");
        }
        if (there.state.head().bodies() != order.bodies) {
            return Optional.of(stick.describe(there.name) + " was exported "
                    + (order.bodies ? "without bodies" : "with bodies")
                    + ": give the same options again, or export into another folder");
        }
        return Optional.empty();
    }

    private Written goOn(Existing there) throws IOException {
        try (var file = stick.open(there.name)) {
            var head = there.state.head();
            if (there.state.ended()) {
                return new Written.Complete(
                        new Volume(stick.describe(there.name), head.from(), head.next(), file.size(), true));
            }
            return complete(VolumeWriter.goOn(source, file, there.state), head);
        }
    }

    private Written complete(VolumeWriter writer, RangeHead head) throws IOException {
        writer.writeEntries(limits.chunkBytes);
        long size = writer.end();
        return new Written.Complete(new Volume(stick.describe(head.fileName()), head.from(), head.next(), size, false));
    }
}
