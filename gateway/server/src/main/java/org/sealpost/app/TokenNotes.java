package org.sealpost.app;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.sealpost.hsm.PinPlace;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was done to a token and its keys, a file each in the folder `<pin-file>.acts`, until a gateway has it
/// in its log (docs/hsm.md). Whoever does something leaves a note: the command line, the first boot, the
/// gateway itself.
///
/// Beside them stands what has been begun and is not on record yet: [BegunMakings].
///
/// A note's name tells its place and the hash of its content, so that a damaged one is known. Any process
/// writes.
final class TokenNotes {
    /// What may wait; so many acts are not in the life of any box.
    static final int MAX_WAITING = 1000;

    static final int MAX_SIZE_BYTES = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(TokenNotes.class);
    private static final String ENDING = ".act";
    private static final String DAMAGED = ".damaged";
    private static final Pattern NAME = Pattern.compile("([0-9]{9})-([0-9a-f]{64})\\.act");

    private static final Pattern NUMBER = Pattern.compile("([0-9]{9})-");

    private final Path folder;
    private final boolean inData;
    private final BegunMakings begun;

    /// @param inData whether it lies in a gateway's data directory, which is its gateway's to make
    private TokenNotes(Path folder, boolean inData) {
        this.folder = folder;
        this.inData = inData;
        this.begun = new BegunMakings(folder);
    }

    /// Those of the token whose PIN is there.
    static TokenNotes of(PinPlace pin) {
        return new TokenNotes(beside(pin.memory()).folder, pin.isCredential());
    }

    /// Those of the token whose PIN is in this file.
    static TokenNotes beside(Path pinFile) {
        var file = pinFile.toAbsolutePath();
        return new TokenNotes(file.resolveSibling(file.getFileName() + ".acts"), false);
    }

    /// @param id other for other content
    record Note(Path file, String id, byte[] content) {}

    /// Before something is done that could then not be put on record.
    ///
    /// @throws StartRefused if no note could be left
    void requireRoom() {
        try {
            make();
            if (!Files.isWritable(folder)) throw new IOException("it cannot be written");
            if (isFull(names())) {
                throw new StartRefused(
                        folder + " holds " + MAX_WAITING + " acts that no gateway has taken into its log",
                        "start the gateway of this token; if it has none, move that folder to where you keep such"
                                + " records");
            }
        } catch (IOException e) {
            throw new StartRefused(
                    "no note of an act could be left in " + folder + ": " + Refusal.words(e),
                    "let whoever runs this write there");
        }
    }

    /// Durable when it returns.
    void leave(byte[] content) throws IOException {
        if (content.length > MAX_SIZE_BYTES) throw new IOException("a note of " + content.length + " bytes");
        make();
        var names = names();
        if (isFull(names)) throw new IOException(folder + " is full");
        // One that is set aside keeps its number, so that no other takes its place.
        long last = names.stream()
                .map(NUMBER::matcher)
                .filter(name -> name.lookingAt())
                .mapToLong(name -> Long.parseLong(name.group(1)))
                .max()
                .orElse(0);
        var file = folder.resolve("%09d-%s.act".formatted(last + 1, sha256(content)));
        DurableFile.replace(file, content, "rw-------");
        giveToTheFoldersOwner(file);
    }

    /// Of notes that wait; what lies beside them takes nobody's place.
    private static boolean isFull(List<String> names) {
        return names.stream().filter(name -> name.endsWith(ENDING)).count() >= MAX_WAITING;
    }

    /// A key is about to be made; durable when it returns.
    void begin(String id, byte[] content) throws IOException {
        make();
        giveToTheFoldersOwner(begun.begin(id, content));
    }

    /// What was begun is on record.
    void end(String id) throws IOException {
        begun.end(id);
    }

    /// It is among what was begun from now on.
    void abandon(String id) throws IOException {
        begun.abandon(id);
    }

    /// What was begun by processes that are no more, or have abandoned it.
    List<BegunMakings.Left> begun() throws IOException {
        return begun.left();
    }

    /// The oldest notes that are whole; a damaged one is set aside.
    List<Note> waiting(int most) throws IOException {
        var notes = new java.util.ArrayList<Note>();
        for (var name : names()) {
            var parts = NAME.matcher(name);
            if (!parts.matches()) continue;
            if (notes.size() == most) break;
            var file = folder.resolve(name);
            try {
                var content = read(file);
                if (sha256(content).equals(parts.group(2))) {
                    notes.add(new Note(file, parts.group(2), content));
                } else {
                    setAside(file);
                }
            } catch (NoSuchFileException taken) {
                // By the gateway, meanwhile: its log has it.
            }
        }
        return notes;
    }

    private static void setAside(Path file) throws IOException {
        var aside = file.resolveSibling(file.getFileName() + DAMAGED);
        LOG.warn(
                "{} is damaged, so what it told of is not in the log; it is set aside as {}",
                file,
                aside.getFileName());
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectoryOf(file);
    }

    /// It is in the log.
    void taken(Note note) throws IOException {
        Files.deleteIfExists(note.file());
        // First and for good: one that came back after others would be told of in another order.
        DurableFile.forceDirectoryOf(note.file());
    }

    private static byte[] read(Path file) throws IOException {
        // One byte more than is allowed has another hash than the name says, too.
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_SIZE_BYTES + 1);
        }
    }

    private void make() throws IOException {
        if (Files.isDirectory(folder)) return;
        var above = folder.getParent();
        // It would belong to whoever comes first, be it root, and not to the gateway's user.
        if (inData && !Files.isDirectory(above)) {
            throw new StartRefused(
                    "the data directory " + above + " is not there, in which acts are noted for the gateway's log",
                    "start the gateway, which makes it, or make it for the gateway's user");
        }
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DurableFile.forceDirectoryOf(folder);
        giveToTheFoldersOwner(folder);
    }

    /// What root leaves there, the gateway's user must be able to take away.
    private static void giveToTheFoldersOwner(Path file) {
        try {
            var owner = Files.getOwner(file.resolveSibling("."));
            if (!Files.getOwner(file).equals(owner)) Files.setOwner(file, owner);
        } catch (IOException e) {
            LOG.warn("{} belongs to another user than its folder: {}", file, e.getMessage());
        }
    }

    /// In the order of their numbers, with what is set aside and what was not written to its end.
    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            var names = files.map(file -> file.getFileName().toString()).toArray(String[]::new);
            Arrays.sort(names);
            return List.of(names);
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (FileSystemException e) {
            throw new IOException(folder + " cannot be read: " + Refusal.words(e), e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
