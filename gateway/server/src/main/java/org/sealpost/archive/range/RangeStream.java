package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/// A range file of a log that goes on meanwhile, as it is sent to whoever reads it at his own pace: a chunk of it
/// is in memory at a time, and none is waited for while a segment of the journal is held.
public final class RangeStream {
    private static final int CHUNK_BYTES = 1 << 20;

    private final RangeSource source;
    private final RangeHead head;

    /// Takes what is sent.
    @FunctionalInterface
    public interface Sink {
        /// Returns once there is room for more.
        ///
        /// @throws IOException if nobody takes it any more
        void write(ByteBuffer bytes) throws IOException;
    }

    private RangeStream(RangeSource source, RangeHead head) {
        this.source = source;
        this.head = head;
    }

    /// Looks how many of the entries fit into one file; reads them for that.
    ///
    /// @param enough whether it has looked for long enough: the file ends there, but has one entry at least
    public static RangeStream of(RangeSource source, RangeExport.Order order, BooleanSupplier enough)
            throws IOException {
        var plan = VolumePlan.of(source, order, order.from(), order.volumeBytes(), CHUNK_BYTES, enough);
        return new RangeStream(source, source.head(order.from(), plan.next(), order.bodies()));
    }

    public String fileName() {
        return head.fileName();
    }

    /// Behind its last entry.
    public long next() {
        return head.next();
    }

    /// Reads the entries again. What is erased or given up meanwhile is sent without its body.
    public void writeTo(Sink sink) throws IOException {
        var writer = VolumeWriter.begin(source, new Sent(sink), head);
        writer.writeEntries(CHUNK_BYTES);
        writer.end();
    }

    /// A file that is never read again.
    private record Sent(Sink sink) implements StickFile {
        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            sink.write(source);
        }

        @Override
        public void force() {
            // Whoever reads it has it durable or not.
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException("what was sent is not here");
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            throw new UnsupportedOperationException("what was sent is not here");
        }

        @Override
        public void cut(long size) {
            throw new UnsupportedOperationException("what was sent is not here");
        }

        @Override
        public void close() {
            // Whoever opened the sink closes it.
        }
    }
}
