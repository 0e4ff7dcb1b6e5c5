package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Until when somebody listened to the sensors, by the box's clock: kept beside the journals, so that what a contact
/// or a serial line may have said while the gateway did not run becomes a gap, not silence. Half a minute early, or
/// by as long as what they said was not taken: the gap is too long rather than too short.
final class LastListened {
    static final int EVERY_SECONDS = 30;

    private static final Logger LOG = LoggerFactory.getLogger(LastListened.class);
    private static final int MAX_SIZE_BYTES = 64;

    private final Path file;

    LastListened(Path data) {
        this.file = data.resolve("sensors-listened");
    }

    /// Empty if nobody ever did, or nobody knows.
    Optional<Instant> read() {
        try {
            if (!Files.exists(file)) return Optional.empty();
            if (Files.size(file) > MAX_SIZE_BYTES) throw new IOException("it is no time");
            return Optional.of(Instant.parse(Files.readString(file).strip()));
        } catch (IOException | DateTimeParseException e) {
            LOG.warn("{} cannot be read, so the gap of the restart is not recorded: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /// A disk that has no room for it has none for readings either, and that is said elsewhere.
    synchronized void write(Instant now) {
        try {
            DurableFile.replace(file, now.toString().getBytes(StandardCharsets.UTF_8), "rw-------");
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, e.getMessage());
        }
    }
}
