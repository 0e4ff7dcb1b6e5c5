package org.sealpost.hsm;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;

/// The PIN as it stands in its file, in memory only as long as this is open.
final class PinFile implements AutoCloseable {
    private static final int MAX_BYTES = 255;

    private final byte[] pin;

    private PinFile(byte[] pin) {
        this.pin = pin;
    }

    /// Reads the PIN without one line end at its end.
    ///
    /// @throws IOException if there is no usable PIN; the message says why and never contains any of it
    static PinFile read(Path file) throws IOException {
        PinFile pin = readEvenEmpty(file);
        if (pin.pin.length == 0) {
            throw new IOException("the PIN file " + file + " must hold 1 to " + MAX_BYTES + " bytes");
        }
        return pin;
    }

    /// As [#read], for a security officer's PIN, which may be the empty one: NSS has no other.
    static PinFile readEvenEmpty(Path file) throws IOException {
        byte[] buffer = new byte[MAX_BYTES + 3];
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new IOException("the PIN file " + file + " may be read by every user of this machine");
            }
            int length;
            // Not Files.readAllBytes: that leaves a copy in a buffer which the JDK keeps.
            try (FileInputStream in = new FileInputStream(file.toFile())) {
                length = in.readNBytes(buffer, 0, buffer.length);
            }
            if (length > 0 && buffer[length - 1] == '\n') {
                length -= length > 1 && buffer[length - 2] == '\r' ? 2 : 1;
            }
            if (length > MAX_BYTES) {
                throw new IOException("the PIN file " + file + " must hold 1 to " + MAX_BYTES + " bytes");
            }
            return new PinFile(Arrays.copyOf(buffer, length));
        } catch (NoSuchFileException missing) {
            throw new IOException("there is no PIN file " + file, missing);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    /// The PIN itself, not a copy; nobody keeps it.
    byte[] pin() {
        return pin;
    }

    @Override
    public void close() {
        Arrays.fill(pin, (byte) 0);
    }
}
