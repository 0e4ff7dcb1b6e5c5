package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Remembers, across restarts, how often in a row a token that is there has refused a login under a code that says
/// nothing of the PIN: whether it counts them as wrong PINs, nobody knows. After [#MAX] there is one try each
/// [#PAUSE], or when the PIN file was written anew.
///
/// The file is `<pin-file>.odd`; used under the PIN file's lock.
final class OddRefusals {
    static final int MAX = 3;
    /// As with a chip that may count a try as a wrong PIN.
    static final Duration PAUSE = PinPolicy.WHILE_FOREIGN;

    private static final String FIRST_LINE = "sealpost odd-refusals 1";

    private final PinFolder folder;
    private final InstantSource clock;

    OddRefusals(PinFolder folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    private record Noted(int count, Instant last) {}

    Path file() {
        return folder.beside(".odd");
    }

    /// Whether no login may be tried now.
    ///
    /// @throws IOException if the file is there and cannot be understood
    boolean isClosed() throws IOException {
        Noted noted = read();
        if (noted.count() < MAX) {
            return false;
        }
        // A clock may have been wrong before, or be wrong now.
        Duration since = Duration.between(noted.last(), clock.instant()).abs();
        boolean suppliedSince =
                Files.getLastModifiedTime(folder.pinFile()).toInstant().isAfter(noted.last());
        return since.compareTo(PAUSE) < 0 && !suppliedSince;
    }

    /// One more; durable when this returns.
    void count() throws IOException {
        String text = FIRST_LINE + "\n" + (read().count() + 1) + "\n" + clock.millis() + "\n";
        folder.write(file(), text.getBytes(StandardCharsets.US_ASCII));
    }

    /// The token took a PIN, or said plainly that it was wrong.
    void forget() throws IOException {
        if (Files.exists(file())) {
            folder.delete(file());
        }
    }

    private Noted read() throws IOException {
        Path file = file();
        if (!Files.exists(file)) {
            return new Noted(0, Instant.EPOCH);
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        if (lines.size() < 3 || !lines.getFirst().equals(FIRST_LINE)) {
            throw new IOException(file + " is not a file of this program's: look at it, and delete it");
        }
        try {
            return new Noted(Integer.parseInt(lines.get(1)), Instant.ofEpochMilli(Long.parseLong(lines.get(2))));
        } catch (NumberFormatException damaged) {
            throw new IOException(file + " is damaged: delete it to have the PIN tried", damaged);
        }
    }
}
