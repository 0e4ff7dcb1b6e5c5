package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.journal.DurableFile;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;
import org.sealpost.seal.LogIdentity;

/// The origin that goes on from the one of a data directory, which ended: the file `succeeded` there
/// (docs/formats.md §31).
///
/// @param genesis the hash of its entry 0
record Successor(Origin origin, Hash genesis) {
    static final String FILE = "succeeded";

    private static final int MAX_SIZE_BYTES = 1024;
    private static final Pattern FORM =
            Pattern.compile("sealpost-succeeded 1\norigin ([^\n]{3,128})\ngenesis ([0-9a-f]{64})\n");

    /// What the directory says; empty where its origin has not ended, or there is no such directory.
    ///
    /// @throws IOException if there is something of this name that no `origin succeed` writes, or the disk does not
    ///     tell: whether the origin ended is not known then, so whoever asks must not take it for one that goes on
    static Optional<Successor> of(Path data) throws IOException {
        var file = data.resolve(FILE);
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) return Optional.empty();
        try (var in = Files.newInputStream(file)) {
            var form = FORM.matcher(new String(in.readNBytes(MAX_SIZE_BYTES), StandardCharsets.UTF_8));
            if (!form.matches()) throw new IOException(file + " is not what sealpost origin succeed writes");
            return Optional.of(new Successor(new Origin(form.group(1)), Hash.ofHex(form.group(2))));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not what sealpost origin succeed writes: " + e.getMessage(), e);
        }
    }

    boolean isOf(LogIdentity log) {
        return log.origin().equals(origin) && log.genesisHash().equals(genesis);
    }

    /// Durable when it returns: from here on the origin of this directory has ended.
    void write(Path data) throws IOException {
        var text = "sealpost-succeeded 1\norigin " + origin + "\ngenesis " + genesis + "\n";
        DurableFile.replace(data.resolve(FILE), text.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
    }

    /// Before anything is written in a directory: nothing is added to what ended.
    ///
    /// @throws StartRefused if its origin ended
    static void refuseEnded(Path data) throws IOException {
        var successor = of(data);
        if (successor.isPresent()) throw successor.get().refused(data);
    }

    StartRefused refused(Path data) {
        return new StartRefused(
                "the origin in " + data + " ended, and " + origin + " goes on from it",
                "name the directory of that one in data; if it is lost, and no gateway ever ran there: the same sealpost"
                        + " origin succeed as then, with --lost " + origin + " and another directory; where the reason"
                        + " was key-lost or hand-overs, with --reason damaged --lost " + origin + " and another"
                        + " directory");
    }
}
