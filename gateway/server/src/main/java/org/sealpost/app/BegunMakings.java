package org.sealpost.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keys that are being made, a file each beside the notes of acts, from before the token is asked until the
/// note is left. Each is locked by its process, so that one which nobody holds was interrupted.
final class BegunMakings {
    static final int MAX_SIZE_BYTES = 256 << 10;

    private static final String ENDING = ".begun";
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.begun(\\.tmp)?");
    private static final Duration UNFINISHED = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger(BegunMakings.class);

    /// What this process is about, by real path. A lock is lost as soon as its process closes any channel to
    /// the file, so none that stands here is opened a second time. Guarded by itself.
    private static final Map<Path, FileChannel> HELD_HERE = new HashMap<>();

    private final Path folder;

    BegunMakings(Path folder) {
        this.folder = folder;
    }

    /// One that was interrupted.
    ///
    /// @param since when it was begun
    record Left(String id, byte[] content, Instant since) {}

    /// Durable when it returns, and held until [#end].
    ///
    /// @param id sixteen hexadecimal digits, new
    Path begin(String id, byte[] content) throws IOException {
        if (content.length > MAX_SIZE_BYTES)
            throw new IOException("what is to be made has " + content.length + " bytes");
        var unfinished = folder.resolve(id + ENDING + ".tmp");
        DurableFile.write(unfinished, content, "rw-------");
        var channel = FileChannel.open(unfinished, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            channel.lock();
            // The lock is the file's, whatever its name is.
            var file = folder.toRealPath().resolve(id + ENDING);
            synchronized (HELD_HERE) {
                HELD_HERE.put(file, channel);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            DurableFile.forceDirectoryOf(file);
            return file;
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /// What became of it is on record.
    void end(String id) throws IOException {
        if (!Files.isDirectory(folder)) return;
        var file = folder.toRealPath().resolve(id + ENDING);
        if (Files.deleteIfExists(file)) DurableFile.forceDirectoryOf(file);
        abandon(id);
    }

    /// What became of it is for somebody else to find out.
    void abandon(String id) throws IOException {
        if (!Files.isDirectory(folder)) return;
        var file = folder.toRealPath().resolve(id + ENDING);
        synchronized (HELD_HERE) {
            var channel = HELD_HERE.remove(file);
            if (channel != null) channel.close();
        }
    }

    /// Those that nobody is about any more. One that cannot be read is left out; what a kill has left of the writing
    /// of one is removed.
    List<Left> left() throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        var left = new ArrayList<Left>();
        var real = folder.toRealPath();
        try (var files = Files.list(real)) {
            for (var file : files.sorted().toList()) {
                var name = NAME.matcher(file.getFileName().toString());
                if (!name.matches()) continue;
                try {
                    if (name.group(2) != null) {
                        removeIfOld(file);
                        continue;
                    }
                    var since = Files.getLastModifiedTime(file).toInstant();
                    var content = contentIfNobodyHolds(file);
                    if (content.length > 0) left.add(new Left(name.group(1), content, since));
                } catch (NoSuchFileException ended) {
                    // By whoever was about it, meanwhile.
                } catch (IOException unreadable) {
                    LOG.warn("{}: what it began is not looked for: {}", file, Refusal.words(unreadable));
                }
            }
        }
        return left;
    }

    /// Not opened, since its maker's lock is on it, and not before he must have renamed it.
    private static void removeIfOld(Path unfinished) throws IOException {
        var age = Duration.between(Files.getLastModifiedTime(unfinished).toInstant(), Instant.now());
        if (age.abs().compareTo(UNFINISHED) > 0) Files.deleteIfExists(unfinished);
    }

    private static byte[] contentIfNobodyHolds(Path file) throws IOException {
        synchronized (HELD_HERE) {
            if (HELD_HERE.containsKey(file)) return new byte[0];
            try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (channel.tryLock() == null) return new byte[0];
                var content = ByteBuffer.allocate((int) Math.min(channel.size(), MAX_SIZE_BYTES));
                while (content.hasRemaining() && channel.read(content) >= 0) {}
                return content.array();
            } catch (OverlappingFileLockException held) {
                return new byte[0];
            }
        }
    }
}
