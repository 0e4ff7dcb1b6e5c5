package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/// Remembers, across restarts, how many logins in a row have ended without a word of the PIN, though the token may
/// have counted a wrong one: it is there and refused under a code that says nothing of the PIN, or it has not
/// answered at all, because the library crashed, hung or was killed.
///
/// A PIN that the token has taken before is tried [#MAX] times, then once each [#PAUSE]. Any other one is tried
/// [#MAX_NEVER_TAKEN] times: some tokens lock themselves for good at the third wrong one. Either is tried once more
/// when the PIN file was written anew; one that was among those tries is not another one when it comes back.
///
/// The file is `<pin-file>.odd`, for the security officer's PIN `<pin-file>.officer.odd`; used under the PIN
/// file's lock.
final class OddRefusals {
    static final int MAX = 3;
    static final int MAX_NEVER_TAKEN = 2;
    /// So many PINs are known again, the newest; who tries more than these in turns goes round in a circle.
    static final int MAX_VERSIONS = 8;
    /// As with a chip that may count a try as a wrong PIN.
    static final Duration PAUSE = PinPolicy.WHILE_FOREIGN;

    private static final String FIRST_LINE = "sealpost odd-refusals 1";

    private final PinFolder folder;
    private final Path file;
    private final Version version;
    private final InstantSource clock;

    /// Of the PIN that is tried: another one when another PIN was supplied.
    private interface Version {
        String now() throws IOException;
    }

    private OddRefusals(PinFolder folder, String ending, Version version, InstantSource clock) {
        this.folder = folder;
        this.file = folder.beside(ending);
        this.version = version;
        this.clock = clock;
    }

    OddRefusals(PinFolder folder, InstantSource clock) {
        this(folder, ".odd", folder::pinVersion, clock);
    }

    /// For a PIN that is not in the PIN file, and so is known by what it is.
    ///
    /// @param ending of the file that remembers
    OddRefusals(PinFolder folder, String ending, byte[] pin, InstantSource clock) {
        this(folder, ending, () -> PinDigest.of(pin, folder), clock);
    }

    /// @param versions of the PIN file at these logins, the last one first; none where an earlier release wrote it
    private record Noted(int count, Instant last, List<String> versions) {
        static final Noted NOTHING = new Noted(0, Instant.EPOCH, List.of());

        Noted oneMore(Instant now, String version) {
            List<String> all = Stream.concat(Stream.of(version), versions.stream())
                    .distinct()
                    .limit(MAX_VERSIONS)
                    .toList();
            return new Noted(count + 1, now, all);
        }

        /// Earlier releases read the first version, and no further.
        byte[] text() {
            return (FIRST_LINE + "\n" + count + "\n" + last.toEpochMilli() + "\n" + String.join("\n", versions) + "\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
    }

    /// A login that was counted before it was tried.
    final class Try {
        private final Noted before;

        private Try(Noted before) {
            this.before = before;
        }

        /// It was answered, and not by a refusal that counts.
        void takeBack() throws IOException {
            if (before.count() == 0) {
                forget();
            } else {
                folder.write(file(), before.text());
            }
        }
    }

    Path file() {
        return file;
    }

    /// Whether no login may be tried now, with a PIN that the token has taken before or with one that it has not.
    ///
    /// @throws IOException if the file is there and cannot be understood
    boolean isClosed(boolean takenBefore) throws IOException {
        Noted noted = read();
        if (noted.count() < (takenBefore ? MAX : MAX_NEVER_TAKEN) || isSuppliedSince(noted)) {
            return false;
        }
        // A clock may have been wrong before, or be wrong now.
        Duration since = Duration.between(noted.last(), clock.instant()).abs();
        return !takenBefore || since.compareTo(PAUSE) < 0;
    }

    private boolean isSuppliedSince(Noted noted) throws IOException {
        return !noted.versions().isEmpty()
                ? !noted.versions().contains(version.now())
                : !folder.place().isCredential()
                        && Files.getLastModifiedTime(folder.pinFile())
                                .toInstant()
                                .isAfter(noted.last());
    }

    /// One more; durable when this returns.
    Try count() throws IOException {
        Noted before = read();
        folder.write(file(), before.oneMore(clock.instant(), version.now()).text());
        return new Try(before);
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
            return Noted.NOTHING;
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        if (lines.size() < 3 || !lines.getFirst().equals(FIRST_LINE)) {
            throw new IOException(file + " is not a file of this program's: look at it, and delete it");
        }
        try {
            return new Noted(
                    Integer.parseInt(lines.get(1)),
                    Instant.ofEpochMilli(Long.parseLong(lines.get(2))),
                    lines.stream()
                            .skip(3)
                            .filter(line -> !line.isEmpty())
                            .limit(MAX_VERSIONS)
                            .toList());
        } catch (NumberFormatException damaged) {
            throw new IOException(file + " is damaged: delete it to have the PIN tried", damaged);
        }
    }
}
