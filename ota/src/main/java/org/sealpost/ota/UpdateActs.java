package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads the acts of the update agent from a place in its file on, for whoever copies them. It never writes,
/// and holds at most one read of the file in memory.
public final class UpdateActs {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READ_BYTES = 64 << 10;

    private final Path file;
    private final Forcing forcing;

    /// Makes durable what was read; a seam for tests.
    interface Forcing {
        void force(FileChannel channel) throws IOException;
    }

    /// One act.
    ///
    /// @param n    its number, from 0 without gaps
    /// @param json the object as it stands in the file
    public record Entry(long n, String json) {}

    /// Acts that follow one another, and the place where the next one begins.
    ///
    /// @param next where to read on: a place in the file, and the number expected there
    public record Batch(List<Entry> entries, Place next) {
        public Batch {
            entries = List.copyOf(entries);
        }
    }

    /// @param offset bytes of the file before it
    /// @param n      number of the act that begins there
    public record Place(long offset, long n) {
        public static final Place START = new Place(0, 0);
    }

    /// @param file `acts` in the agent's folder
    public UpdateActs(Path file) {
        this(file, channel -> channel.force(true));
    }

    UpdateActs(Path file, Forcing forcing) {
        this.file = file;
        this.forcing = forcing;
    }

    /// The next acts, durable, as many as one read of the file gives; none if there are no more, or no file yet.
    /// A last line without its feed is not there yet: the agent is writing it, or will cut it. What stands before
    /// damage is given first.
    ///
    /// @throws ActsDamaged if something else than the act with the expected number is there
    public Batch read(Place from) throws IOException {
        try (var channel = open()) {
            if (channel.size() < from.offset) {
                throw new ActsDamaged("%s is %d bytes long, and act %d was to follow at %d"
                        .formatted(file, channel.size(), from.n, from.offset));
            }
            var buffer = ByteBuffer.allocate(READ_BYTES);
            while (buffer.hasRemaining() && channel.read(buffer, from.offset + buffer.position()) > 0) {}
            // The agent's own force may still be on its way: a line that the power takes back must not be copied.
            if (buffer.position() > 0) forcing.force(channel);
            return split(Arrays.copyOf(buffer.array(), buffer.position()), from);
        } catch (NoSuchFileException none) {
            if (from.offset == 0) return new Batch(List.of(), from);
            throw new ActsDamaged(file + " is gone; it held " + from.n + " acts");
        } catch (ActsDamaged e) {
            throw e;
        } catch (IOException e) {
            // What the file system says names no file, or nothing but the file.
            throw new IOException(file + " cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    /// To open a pipe would be to wait for whoever writes it.
    private FileChannel open() throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) throw new IOException("it is no file");
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    private Batch split(byte[] bytes, Place from) throws ActsDamaged {
        var entries = new ArrayList<Entry>();
        int begin = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\n') continue;
            var place = new Place(from.offset + begin, from.n + entries.size());
            try {
                entries.add(new Entry(place.n, json(Arrays.copyOfRange(bytes, begin, i), place)));
            } catch (ActsDamaged e) {
                if (entries.isEmpty()) throw e;
                return new Batch(entries, place);
            }
            begin = i + 1;
        }
        if (bytes.length - begin >= ActLine.MAX_SIZE_BYTES && entries.isEmpty()) {
            throw damaged(from, "the line has no end");
        }
        return new Batch(entries, new Place(from.offset + begin, from.n + entries.size()));
    }

    private String json(byte[] line, Place place) throws ActsDamaged {
        var json = ActLine.json(line).orElseThrow(() -> damaged(place, "the checksum does not match"));
        long found = number(json);
        if (found != place.n) throw damaged(place, "the line is of act " + found);
        return json;
    }

    private static long number(String json) {
        try {
            JsonNode n = JSON.readTree(json).path("n");
            return n.isIntegralNumber() ? n.longValue() : -1;
        } catch (JsonProcessingException e) {
            return -1;
        }
    }

    private ActsDamaged damaged(Place place, String what) {
        return new ActsDamaged("%s: act %d at byte %d: %s".formatted(file, place.n, place.offset, what));
    }
}
