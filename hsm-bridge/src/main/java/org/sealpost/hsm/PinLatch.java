package org.sealpost.hsm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/// Remembers, across restarts, the PIN that a token did not accept, so that it is never tried a second time.
///
/// The file `<pin-file>.blocked` holds a salted, slow hash (PBKDF2, SHA-256): the PIN may be a mistyped good one.
/// It is readable by its owner only, as the PIN file is.
final class PinLatch {
    private static final String FIRST_LINE = "sealpost pin-blocked 1";
    private static final int ROUNDS = 100_000;
    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;

    // Counts even if the file could not be written; owned by the control thread.
    private @Nullable Refused remembered;

    private record Refused(byte[] salt, byte[] hash) {
        boolean is(byte[] pin) {
            return MessageDigest.isEqual(hash, PinLatch.hash(pin, salt));
        }
    }

    private PinLatch(Path file) {
        this.file = file;
    }

    static PinLatch beside(Path pinFile) {
        return new PinLatch(pinFile.resolveSibling(pinFile.getFileName() + ".blocked"));
    }

    Path file() {
        return file;
    }

    /// Whether a PIN, whichever, was refused and none was accepted since.
    boolean isClosed() {
        return remembered != null || Files.exists(file);
    }

    /// Whether this PIN is the one that was refused.
    ///
    /// @throws IOException if the file is there and cannot be understood: the safe reading is "blocked"
    boolean isClosedTo(byte[] pin) throws IOException {
        if (remembered != null) {
            return remembered.is(pin);
        }
        if (!Files.exists(file)) {
            return false;
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (IOException unreadable) {
            throw new IOException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        if (lines.size() < 3 || !lines.getFirst().equals(FIRST_LINE)) {
            throw new IOException(file + " is not a file of this program's");
        }
        try {
            HexFormat hex = HexFormat.of();
            return new Refused(hex.parseHex(lines.get(1)), hex.parseHex(lines.get(2))).is(pin);
        } catch (IllegalArgumentException notHex) {
            throw new IOException(file + " is damaged", notHex);
        }
    }

    /// Tries out, before a PIN is, whether a refusal could be remembered.
    void requireWritable() throws IOException {
        try {
            Files.delete(temporary());
        } catch (IOException refused) {
            throw new IOException(
                    "a refused PIN could not be remembered in " + file + ": " + refused.getMessage(), refused);
        }
    }

    /// Remembers this PIN as refused; durable when it returns.
    void close(byte[] pin) throws IOException {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        byte[] hash = hash(pin, salt);
        remembered = new Refused(salt, hash);
        HexFormat hex = HexFormat.of();
        String text = FIRST_LINE + "\n" + hex.formatHex(salt) + "\n" + hex.formatHex(hash) + "\n";
        Path fresh = temporary();
        try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory();
    }

    /// Forgets the refused PIN: the token accepted another.
    void lift() throws IOException {
        remembered = null;
        if (Files.deleteIfExists(file)) {
            forceDirectory();
        }
    }

    private Path temporary() throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(Set.copyOf(PosixFilePermissions.fromString("rw-------")));
        return Files.createTempFile(directory(), file.getFileName() + ".", ".new", ownerOnly);
    }

    private void forceDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(directory(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private Path directory() {
        return file.toAbsolutePath().getParent();
    }

    private static byte[] hash(byte[] pin, byte[] salt) {
        char[] characters = new char[pin.length];
        for (int i = 0; i < pin.length; i++) {
            characters[i] = (char) (pin[i] & 0xff);
        }
        PBEKeySpec spec = new PBEKeySpec(characters, salt, ROUNDS, 256);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the JDK has no PBKDF2 with SHA-256", impossible);
        } finally {
            spec.clearPassword();
            Arrays.fill(characters, '\0');
        }
    }
}
