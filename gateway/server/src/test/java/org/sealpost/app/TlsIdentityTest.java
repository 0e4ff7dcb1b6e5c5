package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateExpiredException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIdentityTest {
    @TempDir
    Path folder;

    @Test
    void itIsMadeOnceAndForItsOwnerOnly() throws Exception {
        assertTrue(!TlsIdentity.exists(folder));
        var made = TlsIdentity.openOrMake(folder, List.of());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tls/identity.pem"))));
        assertEquals(
                made.fingerprint(), TlsIdentity.openOrMake(folder, List.of()).fingerprint());
        assertNotEquals(made.fingerprint(), TlsIdentity.make(List.of()).fingerprint());
    }

    /// Whatever the clocks of the box and of its visitors say.
    @Test
    void theCertificateIsValidAtAnyTime() throws Exception {
        var certificate = TlsIdentity.make(List.of()).certificate();
        for (var time : List.of("1970-01-01T00:00:00Z", "2036-02-07T06:28:16Z", "9999-12-31T23:59:59Z")) {
            certificate.checkValidity(Date.from(Instant.parse(time)));
        }
        assertThrows(
                CertificateExpiredException.class,
                () -> certificate.checkValidity(
                        Date.from(Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1))));
    }

    @Test
    void itNamesTheBoxAndItsAddresses() throws Exception {
        var addresses = List.of(
                InetAddress.getByName("192.0.2.7"),
                InetAddress.getByName("2001:db8::7"),
                InetAddress.getByName("fe80::1"));
        var certificate = TlsIdentity.make(addresses).certificate();
        var names = certificate.getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .toList();
        assertEquals(List.of("sealpost.local", "192.0.2.7", "2001:db8:0:0:0:0:0:7", "fe80:0:0:0:0:0:0:1"), names);
        assertEquals("CN=sealpost box", certificate.getSubjectX500Principal().getName());
        assertTrue(certificate.getKeyUsage()[0], "digitalSignature");
        assertEquals(-1, certificate.getBasicConstraints(), "it certifies nobody");
        certificate.verify(certificate.getPublicKey());
    }

    @Test
    void manyAddressesAreNoHindrance() throws Exception {
        var one = InetAddress.getByName("192.0.2.7");
        assertEquals(
                33,
                TlsIdentity.make(java.util.Collections.nCopies(500, one))
                        .certificate()
                        .getSubjectAlternativeNames()
                        .size());
    }

    /// What OpenSSL shows of it is what the console shows.
    @Test
    void theFingerprintIsAsOthersShowIt() throws Exception {
        Command.assumeInstalled("openssl", "openssl");
        var identity = TlsIdentity.openOrMake(folder, List.of());
        var file = Files.writeString(folder.resolve("box.pem"), identity.certificatePem());
        var shown = Command.run("openssl", "x509", "-in", file.toString(), "-noout", "-fingerprint", "-sha256");
        assertTrue(shown.output().endsWith("=" + identity.fingerprint()), shown::output);
    }

    @Test
    void aFileThatIsNoneIsRefusedWhateverWasCutOff() throws Exception {
        TlsIdentity.openOrMake(folder, List.of());
        var file = folder.resolve("tls/identity.pem");
        var whole = Files.readAllBytes(file);
        // The last line's end is no loss.
        for (int length = 0; length < whole.length - 2; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            var refused = assertThrows(StartRefused.class, () -> TlsIdentity.openOrMake(folder, List.of()));
            assertTrue(refused.getMessage().contains("tls/identity.pem"), refused.getMessage());
            assertTrue(refused.remedy().contains("delete it"), refused.remedy());
        }
    }

    /// A bit that has flipped need not leave a text.
    @Test
    void whatIsNoTextIsRefusedToo() throws Exception {
        TlsIdentity.openOrMake(folder, List.of());
        var file = folder.resolve("tls/identity.pem");
        var spoilt = Files.readAllBytes(file);
        spoilt[3] ^= (byte) 0x80;
        Files.write(file, spoilt);
        assertThrows(StartRefused.class, () -> TlsIdentity.openOrMake(folder, List.of()));
    }

    /// Else the door opens, and no handshake ever succeeds.
    @Test
    void aKeyWithAnothersCertificateIsRefused() throws Exception {
        TlsIdentity.openOrMake(folder, List.of());
        var file = folder.resolve("tls/identity.pem");
        var key = Files.readString(file).split("-----BEGIN CERTIFICATE", 2)[0];
        Files.writeString(file, key + TlsIdentity.make(List.of()).certificatePem());
        var refused = assertThrows(StartRefused.class, () -> TlsIdentity.openOrMake(folder, List.of()));
        assertTrue(refused.remedy().contains("delete it"), refused.remedy());
    }

    /// A power cut in the midst of the making leaves no half file under the name that counts.
    @Test
    void whatWasBegunIsBegunAgain() throws Exception {
        Files.createDirectory(folder.resolve("tls"));
        Files.writeString(folder.resolve("tls/identity.pem.tmp"), "-----BEGIN PRIV");
        TlsIdentity.openOrMake(folder, List.of());
        try (var files = Files.list(folder.resolve("tls"))) {
            assertEquals(
                    List.of("identity.pem"),
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }
}
