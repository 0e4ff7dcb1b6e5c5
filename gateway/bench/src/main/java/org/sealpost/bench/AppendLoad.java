package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// Producers, each of which hands over an entry, waits until it is durable, and hands over the next: our
/// journal behind one queue and one writer, nothing else.
final class AppendLoad {
    private static final int MAX_GROUP_BYTES = 4 << 20;
    static final byte[] NO_BODY = {};

    private AppendLoad() {}

    /// What came of it.
    ///
    /// @param elapsed        from the first group to the end of the last
    /// @param writing        of it, in writes and forces
    /// @param processorTime  of this process meanwhile
    /// @param groups         bytes of each
    record Result(long entries, Duration elapsed, Duration writing, Duration processorTime, List<Long> groups) {}

    /// @param folder of the journal; must not exist
    static Result run(Path folder, int segmentBytes, int producers, int leafBytes, Duration warmUp, Duration measured)
            throws IOException, InterruptedException {
        var disk = new GroupLengths(DirectoryDisk.open(folder));
        var config = new JournalConfig("bench", segmentBytes, 1 << 20, MAX_GROUP_BYTES);
        try (var journal = Journal.open(disk, config, 0)) {
            var queue = new WriterQueue();
            var writer = new FutureTask<>(() -> write(journal, disk, queue, warmUp, measured));
            var thread = Thread.ofPlatform().name("append-writer").start(writer);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < producers; i++) {
                var leaf = new byte[leafBytes];
                new SplittableRandom(i).nextBytes(leaf);
                threads.add(Thread.ofVirtual().start(() -> produce(queue, leaf)));
            }
            try {
                var result = writer.get();
                queue.end(threads);
                for (var producer : threads) producer.join();
                return result;
            } catch (ExecutionException e) {
                queue.end(threads);
                throw new IOException("the journal cannot be written", e.getCause());
            } finally {
                thread.join();
            }
        }
    }

    private static void produce(WriterQueue queue, byte[] leaf) {
        // The journal copies it, so each producer hands over the same bytes again.
        while (queue.put(new WriterQueue.Ticket(leaf)))
            ;
    }

    private static Result write(
            Journal journal, GroupLengths disk, WriterQueue queue, Duration warmUp, Duration measured)
            throws IOException {
        writeFor(journal, queue, warmUp);
        disk.begin();
        long before = journal.size();
        var used = processorTime();
        long start = System.nanoTime();
        writeFor(journal, queue, measured);
        return new Result(
                journal.size() - before,
                Duration.ofNanos(System.nanoTime() - start),
                Duration.ofNanos(disk.nanos()),
                processorTime().minus(used),
                disk.lengths());
    }

    private static void writeFor(Journal journal, WriterQueue queue, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            var group = queue.take();
            for (var ticket : group) journal.append(ticket.leaf, NO_BODY);
            journal.force();
            queue.answer(group);
        }
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
