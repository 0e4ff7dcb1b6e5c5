package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;

/// What boxes remember of a PIN was hashed by releases that had the JDK do it, and is to be known again.
class PinDigestTest {
    @Test
    void aPinHasTheHashThatTheJdkGivesIt() throws Exception {
        byte[] salt = PinDigest.salt();
        for (String pin : List.of("1234", "", "\u007f\u0080\u00bf\u00c0\u00ff", "longer than a block ".repeat(5))) {
            var spec = new PBEKeySpec(pin.toCharArray(), salt, 100_000, 256);
            byte[] known = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            assertArrayEquals(known, PinDigest.hash(pin.getBytes(StandardCharsets.ISO_8859_1), salt), pin);
        }
    }
}
