package org.sealpost.anchor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.journal.DurableFile;

/// That an anchorage said something against the log, and did not take it back: the file `doubted-NAME`
/// (docs/formats.md §11). It is there before the question that confirms it, so that whoever seals knows of it
/// from the first moment after a power cut, too; and behind the answer, for where the relay's journal cannot be read.
///
/// Beside the relay's journal and not in it: a release that does not know of it would not read that any more.
public final class DoubtFile {
    static final String PREFIX = "doubted-";

    private static final int MAX_SIZE_BYTES = 4096;
    private static final Pattern FORM = Pattern.compile("sealpost-doubted 1\nsince ([^\n]{1,64})\nsaid ([^\n]*)\n");

    private final Path file;

    private DoubtFile(Path file) {
        this.file = file;
    }

    /// Of the relay of this name; nothing is read or written.
    public static DoubtFile of(Path data, String name) {
        return new DoubtFile(data.resolve(PREFIX + name));
    }

    /// Whatever stands there is a doubt, also where it cannot be read: nothing is sealed for want of words.
    public Optional<Doubt> read() {
        if (!isThere()) return Optional.empty();
        try (var in = Files.newInputStream(file)) {
            var form = FORM.matcher(new String(in.readNBytes(MAX_SIZE_BYTES), StandardCharsets.UTF_8));
            if (form.matches()) return Optional.of(new Doubt(form.group(2), Instant.parse(form.group(1))));
        } catch (DateTimeException | IOException e) {
            // As below.
        }
        return Optional.of(new Doubt(file + " says so, which is not what the gateway writes", changed()));
    }

    private Instant changed() {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    /// Whether there is a doubt, whatever can be read of it; also where the disk does not tell.
    private boolean isThere() {
        return !Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /// Durable when it returns.
    void write(Doubt doubt) throws IOException {
        var said = ForeignWords.shortened(doubt.said());
        var text = "sealpost-doubted 1\nsince " + doubt.since() + "\nsaid " + said + "\n";
        DurableFile.replace(file, text.getBytes(StandardCharsets.UTF_8), "rw-------");
    }

    /// Durable when it returns.
    void remove() throws IOException {
        if (Files.deleteIfExists(file)) DurableFile.forceDirectoryOf(file);
    }
}
