package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Salted, slow hashes (PBKDF2, SHA-256) of PINs: what is kept of a PIN that may be a mistyped good one.
///
/// With a folder, also whether a PIN is the same as at an earlier start: its salt is in `<memory>.salt`.
/// Whoever deletes that has each PIN taken for another one.
final class PinDigest {
    static final String ENDING = ".salt";
    static final int SALT_BYTES = 16;

    private static final String FIRST_LINE = "sealpost pin-salt 1";
    private static final int ROUNDS = 100_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private PinDigest() {}

    static byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return salt;
    }

    /// The same for the same PIN, as long as the salt is there, which is made if it is missing.
    ///
    /// @throws IOException in words, if the salt can be neither read nor made
    static String of(byte[] pin, PinFolder folder) throws IOException {
        Path file = folder.beside(ENDING);
        if (!Files.exists(file)) {
            String line = FIRST_LINE + "\n" + HexFormat.of().formatHex(salt()) + "\n";
            folder.write(file, line.getBytes(StandardCharsets.US_ASCII));
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        if (lines.size() != 2
                || !lines.getFirst().equals(FIRST_LINE)
                || !lines.getLast().matches("[0-9a-f]{" + 2 * SALT_BYTES + "}")) {
            throw new IOException(file + " is damaged: delete it to have the PIN tried");
        }
        return "content " + HexFormat.of().formatHex(hash(pin, HexFormat.of().parseHex(lines.getLast())));
    }

    static byte[] hash(byte[] pin, byte[] salt) {
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
