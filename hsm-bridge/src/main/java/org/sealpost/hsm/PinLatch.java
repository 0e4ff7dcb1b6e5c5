package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Remembers, across restarts, the PINs that a token did not accept since it accepted one, and how it refused
/// each, so that none is tried a second time.
///
/// The file holds salted, slow hashes ([PinDigest]): a PIN in it may be a mistyped good one.
final class PinLatch {
    /// Enough for whoever mistypes, and few enough for a look at all of them.
    static final int MAX_PINS = 8;

    private static final String FIRST_LINE = "sealpost pin-blocked 1";
    private static final int MAX_BYTES = 4096;

    private final PinFolder folder;
    private final Path file;

    // What could not be written; owned by the control thread.
    private Page memory = Page.blank();

    /// How a PIN was refused.
    enum Verdict {
        /// A login with it: the token has another.
        WRONG("wrong"),
        /// As the old PIN of a change: the token has another, and was not changed.
        NOT_CHANGED("not-changed"),
        /// The token is locked, its PIN has expired, and the like: nothing is said of which one it has.
        UNUSABLE("unusable"),
        /// Not at all, as far as is known: it was about to be tried, and what the token said was not noted any
        /// more.
        TRIED("tried");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        static Optional<Verdict> of(String word) {
            return Arrays.stream(values())
                    .filter(each -> each.word.equals(word))
                    .findFirst();
        }
    }

    private record Refused(byte[] hash, Verdict verdict) {
        boolean isOf(byte[] other) {
            return MessageDigest.isEqual(hash, other);
        }
    }

    /// Hashes under one salt, so that a look at all of them costs one hash.
    private record Page(byte[] salt, List<Refused> newestFirst) {
        static Page blank() {
            return new Page(PinDigest.salt(), List.of());
        }

        Optional<Verdict> verdict(byte[] pin) {
            if (newestFirst.isEmpty()) {
                return Optional.empty();
            }
            byte[] hash = PinDigest.hash(pin, salt);
            return newestFirst.stream()
                    .filter(refused -> refused.isOf(hash))
                    .map(Refused::verdict)
                    .findFirst();
        }

        Page with(byte[] pin, Verdict verdict) {
            return withHash(PinDigest.hash(pin, salt), verdict);
        }

        /// What was said of this PIN before does not count any more.
        Page withHash(byte[] hash, Verdict verdict) {
            List<Refused> now = new ArrayList<>(newestFirst);
            now.removeIf(refused -> refused.isOf(hash));
            now.addFirst(new Refused(hash, verdict));
            return new Page(salt, List.copyOf(now));
        }
    }

    private PinLatch(PinFolder folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    /// For the user's PIN: `<pin-file>.blocked`.
    static PinLatch in(PinFolder folder) {
        return new PinLatch(folder, folder.beside(".blocked"));
    }

    /// For the security officer's: `<pin-file>.officer.blocked`.
    static PinLatch ofOfficer(PinFolder folder) {
        return new PinLatch(folder, folder.beside(".officer.blocked"));
    }

    static PinLatch beside(Path pinFile) {
        return in(new PinFolder(pinFile));
    }

    Path file() {
        return file;
    }

    /// Whether a PIN, whichever, was refused and none was accepted since.
    boolean isClosed() {
        return !memory.newestFirst().isEmpty() || Files.exists(file);
    }

    /// Whether this PIN was refused.
    boolean isClosedTo(byte[] pin) throws IOException {
        return verdict(pin).filter(verdict -> verdict != Verdict.TRIED).isPresent();
    }

    /// What is known of this PIN; empty if nothing is.
    ///
    /// @throws IOException if the file is there and cannot be understood: the safe reading is "blocked"
    Optional<Verdict> verdict(byte[] pin) throws IOException {
        // Another process may have written the file since.
        Optional<Verdict> written = read().flatMap(page -> page.verdict(pin));
        return written.isPresent() ? written : memory.verdict(pin);
    }

    /// Tries out, before a PIN is, whether a refusal could be remembered.
    void requireWritable() throws IOException {
        if (read().orElse(memory).newestFirst().size() >= MAX_PINS) {
            throw new IOException(MAX_PINS + " PINs were refused and none accepted since: log in once by hand with the"
                    + " right PIN, put it into the PIN file, and delete " + file);
        }
        try {
            folder.requireWritable(file);
        } catch (IOException refused) {
            throw new IOException(
                    "a refused PIN could not be remembered in " + file + ": " + refused.getMessage(), refused);
        }
    }

    /// What it takes to remember a PIN but the verdict; good as long as the PIN file's lock is held.
    static final class Ready {
        private final Page page;
        private final byte[] hash;

        private Ready(Page page, byte[] hash) {
            this.page = page;
            this.hash = hash;
        }
    }

    /// Before a PIN is tried: the slow hash must not lie between what the token says and our memory of it.
    Ready ready(byte[] pin) throws IOException {
        Page page = read().orElseGet(Page::blank);
        return new Ready(page, PinDigest.hash(pin, page.salt()));
    }

    /// Remembers this PIN as refused; durable when it returns.
    void close(byte[] pin, Verdict verdict) throws IOException {
        Ready ready;
        try {
            ready = ready(pin);
        } catch (IOException unreadable) {
            memory = memory.with(pin, verdict);
            throw unreadable;
        }
        close(pin, ready, verdict);
    }

    /// As the other, after [#ready].
    void close(byte[] pin, Ready ready, Verdict verdict) throws IOException {
        try {
            folder.write(file, text(ready.page.withHash(ready.hash, verdict)));
        } catch (IOException unwritten) {
            memory = memory.with(pin, verdict);
            throw unwritten;
        }
    }

    /// Forgets what was refused: the token accepted another.
    void lift() throws IOException {
        memory = Page.blank();
        folder.delete(file);
    }

    /// Salt, then a hash and its verdict in turn. Whoever knows the first three lines only
    /// (releases before the verdicts) finds the newest there.
    private static byte[] text(Page page) {
        List<String> lines = new ArrayList<>(List.of(FIRST_LINE, HexFormat.of().formatHex(page.salt())));
        for (Refused refused : page.newestFirst()) {
            lines.add(HexFormat.of().formatHex(refused.hash()));
            lines.add(refused.verdict().word);
        }
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private Optional<Page> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("it is too long");
            }
            lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (IOException unreadable) {
            throw new IOException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        if (lines.size() < 3 || !lines.getFirst().equals(FIRST_LINE)) {
            throw new IOException(file + " is not a file of this program's");
        }
        List<Refused> found = new ArrayList<>();
        try {
            for (int i = 2; i < lines.size(); i += 2) {
                // Without a verdict nobody knows what it says of the token.
                String word = i + 1 < lines.size() ? lines.get(i + 1) : Verdict.UNUSABLE.word;
                Verdict verdict = Verdict.of(word).orElseThrow(IllegalArgumentException::new);
                found.add(new Refused(HexFormat.of().parseHex(lines.get(i)), verdict));
            }
            return Optional.of(new Page(HexFormat.of().parseHex(lines.get(1)), List.copyOf(found)));
        } catch (IllegalArgumentException malformed) {
            throw new IOException(file + " is damaged", malformed);
        }
    }
}
