package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.TufKey;

/// A root key as people keep it: a PEM file with an encrypted PKCS#8 key (PBES2: PBKDF2 with HMAC-SHA-256,
/// AES-256-CBC), which openssl reads as well.
final class RootKeyFile {
    /// What OWASP asks of PBKDF2 with HMAC-SHA-256; half a second on a laptop.
    private static final int ITERATIONS = 600_000;

    private static final String ALGORITHM = "PBEWithHmacSHA256AndAES_256";
    private static final String BEGIN = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private static final String END = "-----END ENCRYPTED PRIVATE KEY-----";
    private static final int MAX_BYTES = 8 * 1024;
    private static final byte[] CHALLENGE = "which root key is it?".getBytes(StandardCharsets.US_ASCII);

    private RootKeyFile() {}

    /// Makes a root key and its file, which only its owner may read, in a folder of its own.
    ///
    /// @throws Refusal if there is a file already: a key is never written over
    static MetadataSigner create(Path file, Passphrase passphrase) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            byte[] clear = pair.getPrivate().getEncoded();
            try {
                NewFile.secret(file, pem(encrypted(clear, passphrase)));
            } finally {
                Arrays.fill(clear, (byte) 0);
            }
            return new FileKey(pair.getPrivate(), TufKey.of(pair.getPublic()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The key in the file, which must be one of those whose public halves are given.
    ///
    /// @throws Refusal if the file is no root key, the passphrase is wrong, or the key is none of them
    static MetadataSigner open(Path file, Passphrase passphrase, Collection<TufKey> candidates) {
        PrivateKey key = decrypt(file, passphrase);
        for (TufKey candidate : candidates) {
            if (belongTogether(key, candidate)) {
                return new FileKey(key, candidate);
            }
        }
        throw new Refusal(file + " is no root key of this repository; take one of those that its newest root names");
    }

    /// The file itself, or the one key in the folder that was named instead.
    static Path locate(Path named) {
        if (!Files.isDirectory(named)) {
            return named;
        }
        try (var inside = Files.newDirectoryStream(named, "*.pem")) {
            var keys = inside.iterator();
            if (keys.hasNext()) {
                Path only = keys.next();
                if (!keys.hasNext()) {
                    return only;
                }
            }
            throw new Refusal("the folder " + named + " does not hold one .pem file; name the key's file itself");
        } catch (IOException unreadable) {
            throw new Refusal("the folder " + named + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    private static PrivateKey decrypt(Path file, Passphrase passphrase) {
        try {
            var info = new EncryptedPrivateKeyInfo(body(file));
            var spec = new PBEKeySpec(passphrase.characters());
            try {
                var parameters = info.getAlgParameters();
                if (parameters == null) {
                    throw new Refusal(file + " is encrypted in a way that is not known here; root keys use PBES2");
                }
                // The name of the parameters is that of the scheme: the outer identifier says only "PBES2".
                String scheme = parameters.toString();
                var secret = SecretKeyFactory.getInstance(scheme).generateSecret(spec);
                var cipher = Cipher.getInstance(scheme);
                cipher.init(Cipher.DECRYPT_MODE, secret, parameters);
                return KeyFactory.getInstance("EC").generatePrivate(info.getKeySpec(cipher));
            } finally {
                spec.clearPassword();
            }
        } catch (InvalidKeyException | InvalidKeySpecException wrong) {
            throw new Refusal("the passphrase of " + file + " is wrong, or it holds no P-256 key", wrong);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException damaged) {
            throw new Refusal(file + " is no encrypted PKCS#8 key, or damaged: take its copy", damaged);
        }
    }

    private static byte[] body(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            throw new Refusal("there is no root key in " + file);
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
            throw new Refusal(file + " is no root key: it must be a PEM file with \"" + BEGIN + "\"");
        }
        return Base64.getMimeDecoder().decode(text.substring(BEGIN.length(), text.length() - END.length()));
    }

    /// Deletes keys that were made for this root, unless it is there: then it counts, though something failed after
    /// it, and its keys must not be lost.
    static void discardUnless(Path root, List<Path> made) {
        if (Files.exists(root)) {
            return;
        }
        for (Path file : made) {
            Commit.deleteQuietly(file);
            Commit.deleteQuietly(file.getParent());
        }
    }

    private static byte[] encrypted(byte[] clear, Passphrase passphrase) throws GeneralSecurityException {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        var spec = new PBEKeySpec(passphrase.characters());
        try {
            var secret = SecretKeyFactory.getInstance(ALGORITHM).generateSecret(spec);
            var cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(Cipher.ENCRYPT_MODE, secret, new PBEParameterSpec(salt, ITERATIONS));
            var parameters = AlgorithmParameters.getInstance("PBES2");
            parameters.init(cipher.getParameters().getEncoded());
            return new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(clear)).getEncoded();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            spec.clearPassword();
        }
    }

    private static byte[] pem(byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return (BEGIN + "\n" + lines + "\n" + END + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean belongTogether(PrivateKey key, TufKey candidate) {
        try {
            return candidate.verifies(CHALLENGE, new FileKey(key, candidate).sign(CHALLENGE));
        } catch (GeneralSecurityException anotherKind) {
            return false;
        }
    }

    private record FileKey(PrivateKey privateKey, TufKey key) implements MetadataSigner {
        @Override
        public byte[] sign(byte[] message) throws GeneralSecurityException {
            var signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(privateKey);
            signer.update(message);
            return signer.sign();
        }

        @Override
        public String toString() {
            return "a root key";
        }
    }
}
