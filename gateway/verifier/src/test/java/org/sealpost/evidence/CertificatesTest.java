package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificatesTest {
    /// The JDK's reader ends with an exception there that it does not announce.
    @Test
    void whateverCannotBeReadIsSaidInOneWay() throws Exception {
        byte[] spoilt = withKeyOfNoBytes();
        assertThrows(CertificateException.class, () -> Certificates.read(spoilt));
        assertThrows(CertificateException.class, () -> Certificates.read(new byte[] {1, 2, 3}));
        byte[] good = new TestAuthority("the owner").root;
        assertArrayEquals(good, Certificates.read(good).getEncoded());
        var both = new ByteArrayOutputStream();
        both.writeBytes(good);
        assertEquals(
                1,
                Certificates.readAll(new ByteArrayInputStream(both.toByteArray()))
                        .size());
        both.writeBytes(spoilt);
        assertThrows(
                CertificateException.class, () -> Certificates.readAll(new ByteArrayInputStream(both.toByteArray())));
        assertEquals(List.of(), Certificates.readAll(new ByteArrayInputStream(new byte[0])));
    }

    static byte[] withKeyOfNoBytes() throws Exception {
        var generator = KeyPairGenerator.getInstance("Ed25519");
        byte[] spoilt = new TestAuthority("nobody", generator::generateKeyPair, "Ed25519").root;
        byte[] key = HexFormat.of().parseHex("2b6570032100");
        int at = 0;
        while (!Arrays.equals(spoilt, at, at + key.length, key, 0, key.length)) at++;
        spoilt[at + key.length - 2] = 1;
        return spoilt;
    }
}
