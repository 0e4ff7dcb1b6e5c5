package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Until when each sensor was listened to, by the box's clock: kept beside the journals, so that what it may have said
/// while the gateway did not run, and what was due of it, becomes a gap, not silence. Up to half a minute early: the
/// gap is too long rather than too short.
///
/// A line for each sensor: the time as in RFC 3339, a space, the name.
final class LastListened {
    static final int EVERY_SECONDS = 30;
    static final String FILE = "sensors-listened";

    private static final Logger LOG = LoggerFactory.getLogger(LastListened.class);
    private static final int MAX_SIZE_BYTES = 16 * 1024;

    private final Path file;

    LastListened(Path data) {
        this.file = data.resolve(FILE);
    }

    /// By the sensors' names. Empty if nobody ever did, or nobody knows.
    Map<String, Instant> read() {
        try {
            if (!Files.exists(file)) return Map.of();
            if (Files.size(file) > MAX_SIZE_BYTES) throw new IOException("it is too long");
            var until = new TreeMap<String, Instant>();
            for (var line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int space = line.indexOf(' ');
                if (space < 0) throw new IOException("a line of it is no time and a name");
                until.put(line.substring(space + 1), Instant.parse(line.substring(0, space)));
            }
            return until;
        } catch (IOException | DateTimeParseException e) {
            LOG.warn("{} cannot be read, so the gap of the restart is not recorded: {}", file, e.getMessage());
            return Map.of();
        }
    }

    /// A disk that has no room for it has none for readings either, and that is said elsewhere.
    synchronized void write(Map<String, Instant> until) {
        var text = new StringBuilder();
        until.forEach((name, time) -> text.append(time).append(' ').append(name).append('\n'));
        try {
            DurableFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8), "rw-------");
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, e.getMessage());
        }
    }
}
