package org.sealpost.app;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.sealpost.evidence.Certificates;
import org.sealpost.journal.DurableFile;

/// What the doors show of themselves over TLS: a P-256 key of its own, and a certificate that it signed itself.
/// Whoever connects compares the fingerprint with the console's.
///
/// The certificate is valid at any time: the box's clock may say 1970, and nobody renews it.
final class TlsIdentity {
    static final String NAME = "sealpost.local";

    private static final String FILE = "tls/identity.pem";
    private static final String KEY = "PRIVATE KEY";
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final Instant BEGIN = Instant.EPOCH;
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");
    private static final int MAX_NAMES = 32;
    private static final long HANDSHAKE_SECONDS = 10;

    private final String key;
    private final X509Certificate certificate;

    private TlsIdentity(String key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /// Whether a data directory has one.
    static boolean exists(Path data) {
        return Files.exists(data.resolve(FILE));
    }

    /// The data directory's, made when it is missing. Key and certificate are one file, so there is never one
    /// without the other.
    ///
    /// @throws StartRefused if the file is not what this class writes
    static TlsIdentity openOrMake(Path data, List<InetAddress> addresses) throws IOException {
        var file = data.resolve(FILE);
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            DurableFile.forceDirectoryOf(file.getParent());
            DurableFile.replace(file, make(addresses).pem().getBytes(StandardCharsets.UTF_8), "rw-------");
        }
        try {
            // Damage need not be a text.
            return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new StartRefused(
                    file + " cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(),
                    "give it back to the gateway's user; or move it away, and the next start makes another one, whose"
                            + " fingerprint the console shows");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new StartRefused(
                    file + " is not a key and its certificate in PEM",
                    "delete it, and the next start makes another one, whose fingerprint the console shows");
        }
    }

    /// One that nobody keeps.
    static TlsIdentity make(List<InetAddress> addresses) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            return new TlsIdentity(pem(KEY, pair.getPrivate().getEncoded()), certificate(pair, addresses));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("no TLS key can be made", e);
        }
    }

    private static X509Certificate certificate(KeyPair pair, List<InetAddress> addresses)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        var subject = new X500Name("CN=sealpost box");
        var names = new ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.dNSName, NAME));
        addresses.stream()
                .limit(MAX_NAMES)
                .map(address -> new GeneralName(GeneralName.iPAddress, plain(address)))
                .forEach(names::add);
        var encoded = new JcaX509v3CertificateBuilder(
                        subject,
                        new BigInteger(127, new SecureRandom()).setBit(126),
                        Date.from(BEGIN),
                        Date.from(END),
                        subject,
                        pair.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
        try {
            return x509(encoded.getEncoded());
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /// Without the zone that a link-local address has on this machine.
    private static String plain(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*", "");
    }

    private static TlsIdentity parse(String text) throws GeneralSecurityException {
        byte[] key = block(text, KEY);
        var certificate = x509(block(text, CERTIFICATE));
        requirePair(
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)), certificate.getPublicKey());
        return new TlsIdentity(pem(KEY, key), certificate);
    }

    /// With another key the door would open, and every handshake would fail.
    private static void requirePair(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        var message = new byte[32];
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(message);
        var signed = signature.sign();
        signature.initVerify(certified);
        signature.update(message);
        if (!signature.verify(signed)) throw new SignatureException("the certificate is for another key");
    }

    private static byte[] block(String text, String kind) {
        var begin = "-----BEGIN " + kind + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + kind + "-----");
        if (from < 0 || to < from) throw new IllegalArgumentException("no " + kind);
        return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    }

    private static X509Certificate x509(byte[] der) throws GeneralSecurityException {
        return Certificates.read(der);
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    private String pem() {
        return key + certificatePem();
    }

    String certificatePem() {
        return pem(CERTIFICATE, der());
    }

    X509Certificate certificate() {
        return certificate;
    }

    /// SHA-256 of the certificate as browsers and OpenSSL show it: pairs of hex digits with colons.
    String fingerprint() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(der());
            return HexFormat.ofDelimiter(":").formatHex(digest).toUpperCase(Locale.ROOT);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Has a server speak TLS 1.2 and 1.3 with this identity, and nothing else.
    void secure(TCPSSLOptions options) {
        options.setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addKeyValue(Buffer.buffer(key))
                        .addCertValue(Buffer.buffer(pem(CERTIFICATE, der()))))
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                // One protocol above it, with or without TLS: what was tested without is true with it.
                .setUseAlpn(false)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }

    private byte[] der() {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }
}
