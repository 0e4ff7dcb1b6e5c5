package org.sealpost.hsm;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The self-test that a key passes before it signs for anybody, and the making of keys that will pass it.
final class KeyCheck {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 16;
    private static final int MESSAGE_BYTES = 32;

    /// 1.3.6.1.4.1.11591.15.1, which was there before RFC 8410; IBM's code uses it.
    private static final byte[] OLDER_ED25519 = HexFormat.of().parseHex("06092b06010401da470f01");

    private final Session session;
    private final Profile profile;

    KeyCheck(Session session, Profile profile) {
        this.session = session;
        this.profile = profile;
    }

    /// A key that passed: its handle (valid until the library is finalised), its CKA_ID, its public key, and how it
    /// signs.
    record Passed(long handle, byte[] id, byte[] spki, SigningMethod method) {
        Attachment.Binding.Bound binding() {
            return new Attachment.Binding.Bound(handle, method);
        }
    }

    Passed pass(KeySpec spec) throws CryptokiError {
        String name = spec.name();
        long key = only(name, "CKA_LABEL", "private key", keys(Template.PRIVATE_KEY, name));
        requireAttributes(spec, key);

        byte[] id = read(name, key, Template.ID);
        if (id.length == 0) {
            throw KeyRefused.because(name, "CKA_ID", "is empty, so its public key cannot be told");
        }
        // By id alone: a second key with another label but the same id would make "the key with this id" a guess.
        only(name, "CKA_ID", "private key", withId(Template.PRIVATE_KEY, id));
        long publicKey = only(name, "CKA_ID", "public key", withId(Template.PUBLIC_KEY, id));

        byte[] spki = spki(spec, publicKey);
        spec.pinnedSpki().ifPresent(pinned -> {
            if (!Arrays.equals(pinned, spki)) {
                throw KeyRefused.because(name, publicAttribute(spec.kind()), "is not the pinned public key");
            }
        });
        SigningMethod method = SigningMethod.of(spec.kind(), mechanism(name, spec.kind()), spki);
        requireSignature(spec, key, spki, method);
        return new Passed(key, id, spki, method);
    }

    /// Sees to it that a pair of this kind and name can be made. Returns whether objects were destroyed for it.
    boolean makeRoom(String name, KeyKind kind) throws CryptokiError {
        Mechanism mechanism = mechanism(name, kind);
        if (profile.unmade().contains(kind)) {
            throw KeyRefused.unsupported(
                    name,
                    "CKM 0x" + Long.toHexString(mechanism.generation()),
                    "makes no " + kind + " key, by the profile \"" + profile.name() + "\"");
        }
        session.requireUser();
        if (!keys(Template.PRIVATE_KEY, name).isEmpty()) {
            throw KeyRefused.because(name, "CKA_LABEL", "is borne by a key in this token already");
        }
        return removeHalfAPair(name);
    }

    /// Makes a pair where there is room for it; the caller then lets it pass, or removes it.
    Session.Pair generate(String name, KeyKind kind) throws CryptokiError {
        Mechanism mechanism = mechanism(name, kind);
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        Template publicKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, false)
                .with(Template.VERIFY, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id);
        describe(kind, publicKey);
        Template privateKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, true)
                .with(Template.SENSITIVE, true)
                .with(Template.EXTRACTABLE, false)
                .with(Template.SIGN, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id);
        return session.generatePair(mechanism.generation(), publicKey, privateKey);
    }

    /// A module that writes the public key first leaves it alone in the token when the making is interrupted,
    /// and alone it is good for nothing.
    private boolean removeHalfAPair(String name) throws CryptokiError {
        List<Long> publicKeys = keys(Template.PUBLIC_KEY, name);
        for (long publicKey : publicKeys) {
            byte[] id = read(name, publicKey, Template.ID);
            if (id.length == 0 || !withId(Template.PRIVATE_KEY, id).isEmpty()) {
                throw KeyRefused.because(name, "CKA_LABEL", "is borne by a key in this token already");
            }
            session.destroy(publicKey);
        }
        return !publicKeys.isEmpty();
    }

    private void requireAttributes(KeySpec spec, long key) throws CryptokiError {
        String name = spec.name();
        byte[] expectedType = Template.ulong(mechanism(name, spec.kind()).keyType());
        if (!Arrays.equals(read(name, key, Template.KEY_TYPE), expectedType)) {
            throw KeyRefused.because(name, "CKA_KEY_TYPE", "is not that of a " + spec.kind() + " key");
        }
        requireFlag(name, key, Template.TOKEN, true);
        requireFlag(name, key, Template.SENSITIVE, true);
        requireFlag(name, key, Template.EXTRACTABLE, false);
        requireFlag(name, key, Template.SIGN, true);
        requireOneLogin(name, key);
        if (spec.kind().hasPoint()) {
            requireCurve(spec, key);
        }
    }

    /// A token that knows no such attribute asks for no such thing.
    private void requireOneLogin(String name, long key) throws CryptokiError {
        try {
            byte[] value = session.attribute(key, Template.ALWAYS_AUTHENTICATE);
            if (value.length == 1 && value[0] != 0) {
                throw KeyRefused.because(
                        name,
                        Template.name(Template.ALWAYS_AUTHENTICATE),
                        "is true: the token wants the PIN anew for each signature, and gets it once, at the login; take"
                                + " another key (of a PIV card: another slot than 9C)");
            }
        } catch (CryptokiError error) {
            if (error.remedy() != ReturnCode.Remedy.REFUSE) {
                throw error;
            }
        }
    }

    private void requireCurve(KeySpec spec, long key) throws CryptokiError {
        byte[] parameters = read(spec.name(), key, Template.EC_PARAMS);
        if (!isCurveOf(profile, spec.kind(), parameters)) {
            throw KeyRefused.because(spec.name(), "CKA_EC_PARAMS", "name another curve than that of " + spec.kind());
        }
    }

    /// Whether CKA_EC_PARAMS name the curve of this kind: by object identifier, or for Ed25519 by one of its names.
    static boolean isCurveOf(Profile profile, KeyKind kind, byte[] parameters) {
        return Arrays.equals(parameters, profile.keys().parameters(kind))
                || (kind == KeyKind.ED25519 && namesEdwards25519(parameters));
    }

    private static boolean namesEdwards25519(byte[] parameters) {
        String text = new String(parameters, StandardCharsets.US_ASCII);
        return text.endsWith("edwards25519")
                || text.endsWith("Ed25519")
                || Arrays.equals(parameters, KeyKind.ED25519.parameters())
                || Arrays.equals(parameters, OLDER_ED25519);
    }

    private byte[] spki(KeySpec spec, long publicKey) throws CryptokiError {
        String name = spec.name();
        KeyKind kind = spec.kind();
        byte[] value = read(name, publicKey, publicType(kind));
        Optional<byte[]> spki = kind.isRsa()
                ? PublicKeys.spkiFromRsa(kind, value, read(name, publicKey, Template.PUBLIC_EXPONENT))
                : kind.hasPoint()
                        ? PublicKeys.spkiFromEcPoint(kind, profile.keys().point(), value)
                        : PublicKeys.spkiFromRaw(kind, value);
        return spki.orElseThrow(() -> KeyRefused.because(
                name, publicAttribute(kind), "is not that of a " + kind + " key (" + value.length + " bytes)"));
    }

    private static String publicAttribute(KeyKind kind) {
        return Template.name(publicType(kind));
    }

    private static long publicType(KeyKind kind) {
        return kind.isRsa() ? Template.MODULUS : kind.hasPoint() ? Template.EC_POINT : Template.VALUE;
    }

    /// What of a public key its maker chooses.
    private void describe(KeyKind kind, Template publicKey) {
        if (kind.isRsa()) {
            publicKey.with(Template.MODULUS_BITS, kind.modulusBits()).with(Template.PUBLIC_EXPONENT, new byte[] {1, 0, 1
            });
        } else if (kind.hasPoint()) {
            publicKey.with(Template.EC_PARAMS, profile.keys().parameters(kind));
        } else {
            publicKey.with(Template.PARAMETER_SET, kind.parameterSet());
        }
    }

    private Mechanism mechanism(String name, KeyKind kind) {
        return profile.mechanism(kind)
                .orElseThrow(() -> KeyRefused.unsupported(
                        name, "CKM of " + kind.family(), "is none in the profile \"" + profile.name() + "\""));
    }

    private void requireFlag(String name, long key, long type, boolean expected) throws CryptokiError {
        byte[] value = read(name, key, type);
        if (value.length != 1 || (value[0] != 0) != expected) {
            throw KeyRefused.because(name, Template.name(type), "is " + !expected + ", must be " + expected);
        }
    }

    /// Over a random challenge, so that no prepared answer passes.
    private void requireSignature(KeySpec spec, long key, byte[] spki, SigningMethod method) throws CryptokiError {
        byte[] challenge = new byte[spec.kind().signsDigest() ? spec.kind().digestBytes() : MESSAGE_BYTES];
        RANDOM.nextBytes(challenge);
        byte[] signature;
        try {
            signature = method.sign(session, key, challenge);
        } catch (IllegalArgumentException malformed) {
            throw KeyRefused.because(spec.name(), "signature", "is malformed: " + malformed.getMessage());
        } catch (CryptokiError error) {
            if (error.remedy() == ReturnCode.Remedy.REFUSE) {
                throw KeyRefused.because(spec.name(), method.mechanismName(), "cannot be used: ", error);
            }
            throw error;
        }
        if (!SignatureCheck.verifies(spec.kind(), spki, challenge, signature)) {
            throw KeyRefused.because(spec.name(), "signature", "does not verify under its public key");
        }
    }

    private byte[] read(String name, long object, long type) throws CryptokiError {
        try {
            return session.attribute(object, type);
        } catch (CryptokiError error) {
            if (error.remedy() == ReturnCode.Remedy.REFUSE) {
                throw KeyRefused.because(name, Template.name(type), "cannot be read: ", error);
            }
            throw error;
        }
    }

    private List<Long> keys(long objectClass, String name) throws CryptokiError {
        return session.find(new Template().with(Template.CLASS, objectClass).with(Template.LABEL, name), 2);
    }

    private List<Long> withId(long objectClass, byte[] id) throws CryptokiError {
        return session.find(new Template().with(Template.CLASS, objectClass).with(Template.ID, id), 2);
    }

    private static long only(String name, String attribute, String what, List<Long> found) {
        if (found.isEmpty()) {
            throw KeyRefused.missing(name, attribute, "is borne by no " + what);
        }
        if (found.size() > 1) {
            throw KeyRefused.ambiguous(name, attribute, "is borne by more than one " + what);
        }
        return found.getFirst();
    }
}
