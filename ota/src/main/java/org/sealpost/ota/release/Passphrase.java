package org.sealpost.ota.release;

import java.io.Console;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What encrypts a root key: read from a file or typed, never an argument, and in memory only while this is open.
///
/// Printable ASCII only: every tool derives the same key from it, whatever keyboard and locale it was typed with.
final class Passphrase implements AutoCloseable {
    static final int MIN = 12;
    static final int MAX = 200;

    private final char[] characters;

    private Passphrase(char[] characters) {
        this.characters = characters;
    }

    /// Which key a passphrase is for, and whether it is a new key, whose passphrase is typed twice.
    record Purpose(String key, boolean isNew) {}

    /// The passphrases of these keys, in their order: of the files (one for all, or one for each), else typed. Each
    /// is for the caller to close.
    static List<Passphrase> each(List<Purpose> purposes, List<Path> files) {
        if (!files.isEmpty() && files.size() != 1 && files.size() != purposes.size()) {
            throw new Refusal("there are " + files.size() + " passphrase files for " + purposes.size()
                    + " keys; give one for all of them, or one for each in the keys' order");
        }
        var passphrases = new ArrayList<Passphrase>();
        for (int at = 0; at < purposes.size(); at++) {
            passphrases.add(files.isEmpty() ? typed(purposes.get(at)) : inFile(files.get(files.size() == 1 ? 0 : at)));
        }
        return passphrases;
    }

    /// The first line of the file, which nobody but its owner and group may read.
    static Passphrase inFile(Path file) {
        byte[] buffer = new byte[MAX + 3];
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new Refusal("the passphrase file " + file
                        + " may be read by every user of this machine; first: chmod 600 " + file);
            }
            int length;
            try (var in = new FileInputStream(file.toFile())) {
                length = in.readNBytes(buffer, 0, buffer.length);
            }
            if (length > 0 && buffer[length - 1] == '\n') {
                length -= length > 1 && buffer[length - 2] == '\r' ? 2 : 1;
            }
            char[] characters = new char[length];
            for (int at = 0; at < length; at++) {
                characters[at] = (char) (buffer[at] & 0xff);
            }
            return checked(characters, "the passphrase in " + file);
        } catch (NoSuchFileException missing) {
            throw new Refusal("there is no passphrase file " + file, missing);
        } catch (IOException unreadable) {
            throw new Refusal(
                    "the passphrase file " + file + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    private static Passphrase typed(Purpose purpose) {
        String key = purpose.key();
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new Refusal("the passphrase of " + key
                    + " cannot be typed, since this is no terminal; give --passphrase-file FILE");
        }
        char[] first = console.readPassword("Passphrase of %s: ", key);
        if (first == null) {
            throw new Refusal("no passphrase was typed for " + key);
        }
        if (purpose.isNew()) {
            char[] second = console.readPassword("The same again: ");
            boolean same = second != null && Arrays.equals(first, second);
            if (second != null) {
                Arrays.fill(second, '\0');
            }
            if (!same) {
                Arrays.fill(first, '\0');
                throw new Refusal("the two passphrases of " + key + " differ; start again");
            }
        }
        return checked(first, "the passphrase of " + key);
    }

    private static Passphrase checked(char[] characters, String what) {
        boolean plain = true;
        for (char character : characters) {
            plain &= character >= ' ' && character <= '~';
        }
        if (!plain || characters.length < MIN || characters.length > MAX) {
            Arrays.fill(characters, '\0');
            throw new Refusal(what + " must be one line of " + MIN + " to " + MAX + " printable ASCII characters");
        }
        return new Passphrase(characters);
    }

    /// The characters themselves, not a copy; nobody keeps them.
    char[] characters() {
        return characters;
    }

    @Override
    public void close() {
        Arrays.fill(characters, '\0');
    }

    @Override
    public String toString() {
        return "a passphrase";
    }
}
