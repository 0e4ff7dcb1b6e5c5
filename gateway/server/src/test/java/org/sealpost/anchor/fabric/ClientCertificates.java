package org.sealpost.anchor.fabric;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The CA of an organisation, which makes its clients what they are by `OU=client`.
record ClientCertificates(X509Certificate ca, PrivateKey key) {
    /// @param folder with `ca.pem` and `ca.key`
    static ClientCertificates of(Path folder) throws Exception {
        try (var certificate = Files.newInputStream(folder.resolve("ca.pem"))) {
            var ca = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(certificate);
            return new ClientCertificates(ca, key(folder.resolve("ca.key")));
        }
    }

    private static PrivateKey key(Path file) throws IOException {
        try (var in = new PEMParser(Files.newBufferedReader(file))) {
            return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) in.readObject());
        }
    }

    /// Fabric takes none that begins before its CA's own.
    X509Certificate issue(PublicKey subject, String name, Instant until) throws Exception {
        var extensions = new JcaX509ExtensionUtils();
        var builder = new JcaX509v3CertificateBuilder(
                        ca,
                        new BigInteger(128, new SecureRandom()),
                        ca.getNotBefore(),
                        Date.from(until),
                        new X500Name("OU=client,CN=" + name),
                        subject)
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(ca));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }
}
