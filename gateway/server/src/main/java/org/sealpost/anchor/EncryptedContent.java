package org.sealpost.anchor;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// Content that its recipients alone can read: COSE_Encrypt (RFC 9052 §5.1) with A256GCM, whose key is wrapped for each
/// recipient by ECDH-ES + A256KW (RFC 9053 §6.4.1) on P-256. docs/formats.md §27 has the bytes.
public final class EncryptedContent {
    /// How many recipients one may have.
    public static final int MAX_RECIPIENTS = 16;

    private static final int TAG = 96;
    private static final int A256GCM = 3;
    private static final int A256KW = -5;
    private static final int ECDH_ES_A256KW = -31;
    private static final int IV_SIZE = 12;
    private static final int GCM_TAG_BITS = 128;
    private static final int KEY_SIZE = 32;
    private static final int WRAPPED_SIZE = KEY_SIZE + 8;
    private static final byte[] BODY_PROTECTED =
            new CborWriter().map(1).integer(1).integer(A256GCM).toBytes();
    private static final byte[] RECIPIENT_PROTECTED =
            new CborWriter().map(1).integer(1).integer(ECDH_ES_A256KW).toBytes();

    private EncryptedContent() {}

    /// Whether this is a key that content can be encrypted for.
    public static boolean isRecipient(PublicKey key) {
        try {
            return key instanceof ECPublicKey ec && ec.getParams().getCurve().equals(p256().getCurve());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK knows P-256", e);
        }
    }

    /// What encrypting adds to the size of the content, at most.
    ///
    /// @param recipients how many
    static int overhead(int recipients) {
        return 64 + recipients * 192;
    }

    /// @param recipients P-256, 1 to 16
    static byte[] encrypt(byte[] content, List<ECPublicKey> recipients, SecureRandom random) {
        if (recipients.isEmpty() || recipients.size() > MAX_RECIPIENTS) {
            throw new IllegalArgumentException("1 to " + MAX_RECIPIENTS + " recipients, not " + recipients.size());
        }
        try {
            var key = new byte[KEY_SIZE];
            random.nextBytes(key);
            var iv = new byte[IV_SIZE];
            random.nextBytes(iv);
            var contentKey = new SecretKeySpec(key, "AES");
            var out = new CborWriter(content.length + overhead(recipients.size()))
                    .tag(TAG)
                    .array(4)
                    .bytes(BODY_PROTECTED)
                    .map(1)
                    .integer(5)
                    .bytes(iv)
                    .bytes(gcm(Cipher.ENCRYPT_MODE, contentKey, iv).doFinal(content))
                    .array(recipients.size());
            for (var recipient : recipients) wrap(out, contentKey, recipient, random);
            return out.toBytes();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK can encrypt with AES and agree on P-256", e);
        }
    }

    private static void wrap(CborWriter out, SecretKey contentKey, ECPublicKey recipient, SecureRandom random)
            throws GeneralSecurityException {
        var pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(recipient.getParams(), random);
        var pair = pairs.generateKeyPair();
        var wrapping = Cipher.getInstance("AESWrap");
        wrapping.init(Cipher.WRAP_MODE, agreed(pair.getPrivate(), recipient));
        var point = ((ECPublicKey) pair.getPublic()).getW();
        out.array(3).bytes(RECIPIENT_PROTECTED).map(2);
        out.integer(4).bytes(keyId(recipient).toBytes());
        out.integer(-1).map(4).integer(1).integer(2); // a key of kind EC2
        out.integer(-1).integer(1); // on P-256
        out.integer(-2).bytes(coordinate(point.getAffineX()));
        out.integer(-3).bytes(coordinate(point.getAffineY()));
        out.bytes(wrapping.wrap(contentKey));
    }

    /// How a recipient is called in there: SHA-256 of its SubjectPublicKeyInfo.
    static Hash keyId(ECPublicKey recipient) {
        return PublicationEntry.sha256(recipient.getEncoded());
    }

    /// What the recipient with this key can read; empty if none of the recipients has this key.
    ///
    /// @throws CborMalformed if it is not what [#encrypt] makes
    /// @throws GeneralSecurityException if it was altered
    public static Optional<byte[]> open(byte[] encrypted, ECPrivateKey key)
            throws CborMalformed, GeneralSecurityException {
        var in = new CborReader(encrypted);
        in.tag(TAG);
        in.arrayOf(4);
        protectedHeader(in, BODY_PROTECTED);
        byte[] iv = in.mapOf(1).expect(5).fixed(IV_SIZE);
        byte[] ciphertext = in.bytes(Integer.MAX_VALUE);
        int count = in.array(MAX_RECIPIENTS);
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < count; i++) recipients.add(recipient(in));
        in.end();
        for (var recipient : recipients) {
            var contentKey = unwrapped(recipient, key);
            if (contentKey.isPresent()) {
                return Optional.of(
                        gcm(Cipher.DECRYPT_MODE, contentKey.get(), iv).doFinal(ciphertext));
            }
        }
        return Optional.empty();
    }

    private record Recipient(BigInteger x, BigInteger y, byte[] wrapped) {}

    private static Recipient recipient(CborReader in) throws CborMalformed {
        in.arrayOf(3);
        protectedHeader(in, RECIPIENT_PROTECTED);
        in.mapOf(2).expect(4).fixed(Hash.SIZE);
        in.expect(-1).mapOf(4).expect(1).expect(2).expect(-1).expect(1);
        var x = new BigInteger(1, in.expect(-2).fixed(KEY_SIZE));
        var y = new BigInteger(1, in.expect(-3).fixed(KEY_SIZE));
        return new Recipient(x, y, in.fixed(WRAPPED_SIZE));
    }

    private static void protectedHeader(CborReader in, byte[] expected) throws CborMalformed {
        int at = in.position();
        if (!Arrays.equals(in.bytes(64), expected)) throw new CborMalformed(at, "another algorithm than is used here");
    }

    /// Whose it is tells the wrapped key itself, which says whether it was unwrapped rightly.
    private static Optional<SecretKey> unwrapped(Recipient recipient, ECPrivateKey key)
            throws GeneralSecurityException {
        var spec = new ECPublicKeySpec(new ECPoint(recipient.x, recipient.y), p256());
        // Agreeing refuses a point that is not on the curve.
        var ephemeral = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec);
        var unwrapping = Cipher.getInstance("AESWrap");
        unwrapping.init(Cipher.UNWRAP_MODE, agreed(key, ephemeral));
        try {
            return Optional.of((SecretKey) unwrapping.unwrap(recipient.wrapped, "AES", Cipher.SECRET_KEY));
        } catch (GeneralSecurityException notMine) {
            return Optional.empty();
        }
    }

    /// The key that wraps: RFC 9053 §5.2 and §6.3.1, without salt, and with nothing said of the parties.
    private static SecretKey agreed(PrivateKey own, ECPublicKey other) throws GeneralSecurityException {
        var agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(own);
        agreement.doPhase(other, true);
        var context = new CborWriter().array(4).integer(A256KW);
        for (int party = 0; party < 2; party++) context.array(3).nil().nil().nil();
        context.array(2).integer(KEY_SIZE * 8L).bytes(RECIPIENT_PROTECTED);
        var parameters = HKDFParameterSpec.ofExtract()
                .addIKM(agreement.generateSecret())
                .thenExpand(context.toBytes(), KEY_SIZE);
        return KDF.getInstance("HKDF-SHA256").deriveKey("AES", parameters);
    }

    private static Cipher gcm(int mode, SecretKey key, byte[] iv) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(GCM_TAG_BITS, iv));
        cipher.updateAAD(new CborWriter()
                .array(3)
                .text("Encrypt")
                .bytes(BODY_PROTECTED)
                .bytes(new byte[0])
                .toBytes());
        return cipher;
    }

    private static byte[] coordinate(BigInteger value) {
        return BigIntegers.asUnsignedByteArray(KEY_SIZE, value);
    }

    private static ECParameterSpec p256() throws GeneralSecurityException {
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }
}
