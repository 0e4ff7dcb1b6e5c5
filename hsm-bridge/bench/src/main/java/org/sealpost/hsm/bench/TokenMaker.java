package org.sealpost.hsm.bench;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenSigner;
import org.sealpost.hsm.Tokens;

/// Makes the token that everybody signs with, in a process of its own, since SoftHSM learns from the
/// environment where its tokens lie: `TokenMaker MODULE LABEL PIN-FILE KEY PUBLIC-KEY-FILE`.
final class TokenMaker {
    private TokenMaker() {}

    public static void main(String[] arguments) throws Exception {
        Path module = Path.of(arguments[0]);
        Path pinFile = Path.of(arguments[2]);
        byte[] pin = randomPin();
        TokenCeremony.initToken(module, Optional.empty(), arguments[1], randomPin(), pin);
        Files.createFile(pinFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(pinFile, pin);
        var config = new TokenConfig(module, arguments[1], Optional.empty(), Optional.empty(), pinFile, 1);
        try (Token token = Tokens.open(config)) {
            SigningKey key = token.generate(arguments[3], KeyKind.P256);
            // SunPKCS11 finds a private key by the certificate beside it only.
            token.storeCertificate(arguments[3], key.spki(), certificate(key));
            Files.write(Path.of(arguments[4]), key.spki());
        }
        System.exit(0);
    }

    private static byte[] certificate(SigningKey key) throws Exception {
        var name = new X500Name("CN=benchmark");
        Instant now = Instant.now();
        return new X509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minus(Duration.ofDays(1))),
                        Date.from(now.plus(Duration.ofDays(1))),
                        name,
                        SubjectPublicKeyInfo.getInstance(key.spki()))
                .build(new TokenSigner(key, Duration.ofSeconds(20)))
                .getEncoded();
    }

    private static byte[] randomPin() {
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII);
    }
}
