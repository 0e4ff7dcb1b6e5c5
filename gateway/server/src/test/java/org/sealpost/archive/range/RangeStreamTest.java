package org.sealpost.archive.range;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.seal.SoftwareKey;

/// A range file of a log that goes on while it is sent.
@Timeout(60)
class RangeStreamTest {
    @TempDir
    private Path folder;

    private SmallLog log;

    @BeforeEach
    void open() throws Exception {
        // Some four chunks.
        log = new SmallLog(folder.resolve("box"), SoftwareKey.p256(), "small/1").grow(900, "x".repeat(4000));
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    /// What is sent, and something that happens before each write.
    private class Reader implements RangeStream.Sink {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int writes;

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            meanwhile(writes++);
            taken.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }

        void meanwhile(int write) throws IOException {}

        List<RangeEntry> entries() throws Exception {
            var file = Files.write(folder.resolve("taken.range"), taken.toByteArray());
            var all = new ArrayList<RangeEntry>();
            RangeFile.check(file, new RangeFile.Watcher() {
                @Override
                public void head(RangeHead head) {}

                @Override
                public void entry(RangeEntry entry) {
                    all.add(entry);
                }
            });
            return all;
        }
    }

    private RangeStream stream(long from, long to, long volumeBytes) throws IOException {
        return RangeStream.of(log.source(), new RangeExport.Order(from, to, volumeBytes, true), () -> false);
    }

    @Test
    void filesFollowEachOtherUpToTheEnd() throws Exception {
        long next = 5;
        for (int files = 0; next < 901; files++) {
            var stream = stream(next, 901, 1 << 20);
            var reader = new Reader();
            stream.writeTo(reader);
            var entries = reader.entries();
            assertEquals("small-1-" + next + "-" + stream.next() + ".range", stream.fileName());
            assertEquals(next, entries.getFirst().index());
            assertEquals(stream.next(), entries.getLast().index() + 1);
            assertTrue(entries.stream().allMatch(entry -> entry.body().length > 4000));
            assertTrue(reader.taken.size() <= 1 << 20);
            next = stream.next();
            assertTrue(files < 5);
        }
    }

    /// Nobody waits for ever for the first byte.
    @Test
    void aFileEndsWhereItWasPlannedForLongEnough() throws Exception {
        var order = new RangeExport.Order(5, 901, 1 << 24, true);
        var looks = new AtomicInteger();
        assertEquals(6, RangeStream.of(log.source(), order, () -> true).next(), "it has one entry at least");
        var some = RangeStream.of(log.source(), order, () -> looks.incrementAndGet() > 100);
        assertEquals(106, some.next());
        var reader = new Reader();
        some.writeTo(reader);
        assertEquals(101, reader.entries().size());
    }

    /// A reader may take hours: whoever rewrites or gives up a segment meanwhile must not wait for him.
    @Test
    void whatIsErasedOrGivenUpWhileItIsSentIsSentWithoutItsBody() throws Exception {
        var reader = new Reader() {
            @Override
            void meanwhile(int write) throws IOException {
                if (write == 1) {
                    var last = log.entries.closedSegments().getLast();
                    log.entries.eraseBodies(last.number(), index -> true);
                }
                if (write == 2) log.giveUp(800);
            }
        };
        stream(0, 901, 1 << 24).writeTo(reader);
        assertTrue(log.entries.firstIndex() > 500);
        var entries = reader.entries();
        assertEquals(901, entries.size());
        assertTrue(entries.get(100).body().length > 4000, "sent before");
        assertEquals(RangeEntry.State.WHOLE, entries.get(100).state());
        long given = log.entries.firstIndex() - 1;
        assertFalse(entries.get((int) given).body().length > 0, "given up before it was sent");
    }

    @Test
    void aReaderThatGoesAwayEndsItAndWhatHeHasIsNoFile() throws Exception {
        var reader = new Reader() {
            @Override
            void meanwhile(int write) throws IOException {
                if (write == 2) throw new IOException("gone");
            }
        };
        var stream = stream(0, 901, 1 << 24);
        assertThrows(IOException.class, () -> stream.writeTo(reader));
        var fault = assertThrows(RangeFault.class, reader::entries);
        assertTrue(String.valueOf(fault.getMessage()).contains("the end is missing"), fault::getMessage);
    }
}
