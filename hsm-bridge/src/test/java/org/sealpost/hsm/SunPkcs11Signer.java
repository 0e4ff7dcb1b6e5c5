package org.sealpost.hsm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.util.HexFormat;

/// The JDK's own SunPKCS11, in a process of its own: finds a key that we made, by the certificate beside it, signs
/// with it, and prints the public key under which the signature verifies.
///
/// Arguments: library, number of the slot, name of the key, a file for its configuration, and the library's reserved
/// string, which is empty for most. The PIN stands in the environment variable `PIN`.
final class SunPkcs11Signer {
    private SunPkcs11Signer() {}

    public static void main(String[] arguments) throws Exception {
        Path configuration = Path.of(arguments[3]);
        String reserved = arguments[4].isEmpty() ? "" : "nssArgs = \"" + arguments[4] + "\"\n";
        Files.writeString(
                configuration,
                "name = other\nlibrary = %s\nslot = %s\n%s".formatted(arguments[0], arguments[1], reserved));
        var provider = Security.getProvider("SunPKCS11").configure(configuration.toString());
        KeyStore token = KeyStore.getInstance("PKCS11", provider);
        token.load(null, System.getenv("PIN").toCharArray());
        PrivateKey key = (PrivateKey) token.getKey(arguments[2], null);
        if (key == null) {
            throw new IllegalStateException("no key of this name among " + java.util.Collections.list(token.aliases()));
        }
        PublicKey publicKey = token.getCertificate(arguments[2]).getPublicKey();
        String algorithm = publicKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        byte[] message = "the same key".getBytes(StandardCharsets.UTF_8);
        Signature signer = Signature.getInstance(algorithm, provider);
        signer.initSign(key);
        signer.update(message);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(
                algorithm, publicKey instanceof java.security.interfaces.RSAKey ? "SunRsaSign" : "SunEC");
        verifier.initVerify(publicKey);
        verifier.update(message);
        if (!verifier.verify(signature)) {
            throw new IllegalStateException("the signature does not verify");
        }
        System.out.println("signed under " + HexFormat.of().formatHex(publicKey.getEncoded()));
    }
}
