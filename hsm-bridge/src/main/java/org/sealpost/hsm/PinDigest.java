package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/// Salted, slow hashes (PBKDF2, SHA-256) of PINs: what is kept of a PIN that may be a mistyped good one.
///
/// With a folder, also whether a PIN is the same as at an earlier start: its salt is in `<memory>.salt`.
/// Whoever deletes that has each PIN taken for another one.
final class PinDigest {
    static final String ENDING = ".salt";
    static final int SALT_BYTES = 16;

    private static final String FIRST_LINE = "sealpost pin-salt 1";
    private static final int ROUNDS = 100_000;
    private static final int HASH_BITS = 256;
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

    /// By Bouncy Castle, which takes half as many blocks a round as the JDK: a token's process compiles by C1, and
    /// there the JDK's took two and a half times as long, at each login.
    static byte[] hash(byte[] pin, byte[] salt) {
        byte[] password = inUtf8(pin);
        try {
            var generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
            generator.init(password, salt, ROUNDS);
            return ((KeyParameter) generator.generateDerivedParameters(HASH_BITS)).getKey();
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    /// Of each byte as a character: what is remembered on boxes was hashed so.
    private static byte[] inUtf8(byte[] pin) {
        byte[] wide = new byte[2 * pin.length];
        int length = 0;
        for (byte one : pin) {
            if (one >= 0) {
                wide[length++] = one;
            } else {
                wide[length++] = (byte) (0xC0 | (one & 0xC0) >> 6);
                wide[length++] = (byte) (0x80 | one & 0x3F);
            }
        }
        byte[] exact = Arrays.copyOf(wide, length);
        Arrays.fill(wide, (byte) 0);
        return exact;
    }
}
