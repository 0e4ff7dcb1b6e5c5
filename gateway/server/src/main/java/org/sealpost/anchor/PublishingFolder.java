package org.sealpost.anchor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.sealpost.journal.DirectoryFiles;
import org.sealpost.journal.DurableFile;

/// The files of publications that are not final: what may have to be erased stands in no journal. A file is whole
/// when it has its name, and has it for good after [#force]. Belongs to one thread.
final class PublishingFolder {
    /// What a file is.
    enum Part {
        /// A request as it was signed.
        REQUEST,
        /// Content that cannot be made again.
        CONTENT;

        private String suffix() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern NAME = Pattern.compile("([0-9]{19})\\.(request|content)");

    /// Its digits are as many as those of any other number, so that they compare as the numbers do.
    private static final String LAST_NUMBER = String.valueOf(Long.MAX_VALUE);

    private final Path folder;

    // Whether a name may not be durable.
    private boolean isUnforced = true;

    private PublishingFolder(Path folder) {
        this.folder = folder;
    }

    /// Deletes what is not asked for, files that were never finished among them.
    ///
    /// @param folder is made if it is not there
    /// @param asked  whether a file is asked for
    static PublishingFolder open(Path folder, BiPredicate<Long, Part> asked) throws IOException {
        Files.createDirectories(folder);
        var opened = new PublishingFolder(folder);
        DirectoryFiles.visit(folder, file -> {
            var name = NAME.matcher(String.valueOf(file.getFileName()));
            boolean isAsked = name.matches()
                    && name.group(1).compareTo(LAST_NUMBER) <= 0
                    && asked.test(
                            Long.parseLong(name.group(1)),
                            Part.valueOf(name.group(2).toUpperCase(Locale.ROOT)));
            if (!isAsked) DurableFile.zeroAndDelete(file);
        });
        opened.force();
        return opened;
    }

    void write(long number, Part part, byte[] content) throws IOException {
        var file = file(number, part);
        var unfinished = unfinished(number, part);
        DurableFile.write(unfinished, content, "rw-------");
        isUnforced = true;
        DurableFile.zeroAndDelete(file); // what it holds may have to be erased, and would lie where nobody finds it
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// @param max size; a file that is larger is not one that was written here
    Optional<byte[]> read(long number, Part part, int max) throws IOException {
        var file = file(number, part);
        try {
            return Files.size(file) > max ? Optional.empty() : Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /// Once zeros stand in their place. Durable when it returns; also if there is none.
    void delete(long number, List<Part> parts) throws IOException {
        for (var part : parts) {
            DurableFile.zeroAndDelete(file(number, part));
            DurableFile.zeroAndDelete(unfinished(number, part));
        }
        isUnforced = true;
        force();
    }

    /// What may be there again after a power cut, to be deleted by the next opening.
    void drop(long number, List<Part> parts) throws IOException {
        for (var part : parts) Files.deleteIfExists(file(number, part));
    }

    private Path unfinished(long number, Part part) {
        return folder.resolve(name(number, part) + ".tmp");
    }

    private Path file(long number, Part part) {
        return folder.resolve(name(number, part));
    }

    static String name(long number, Part part) {
        return String.format(Locale.ROOT, "%019d.%s", number, part.suffix());
    }

    /// Makes the names of what was written durable.
    void force() throws IOException {
        if (!isUnforced) return;
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        isUnforced = false;
    }
}
