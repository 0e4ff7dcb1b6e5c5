package org.sealpost.hsm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What lies in a token, as one session sees it: keys, whoever made them, and their certificates. What belongs
/// together bears the same CKA_ID.
final class KeyRing {
    static final int MAX_KEYS = 1000;
    static final int MAX_CERTIFICATES = 32;

    private static final long X_509 = 0;
    private static final byte[] NONE = {};

    private final Session session;
    private final Profile profile;

    KeyRing(Session session, Profile profile) {
        this.session = session;
        this.profile = profile;
    }

    // ---- looking ----

    List<ListedKey> list() throws CryptokiError {
        List<ListedKey> listed = new ArrayList<>();
        Set<ByteBuffer> idsOfPairs = new HashSet<>();
        for (long key : session.find(new Template().with(Template.CLASS, Template.PRIVATE_KEY), MAX_KEYS)) {
            byte[] id = optional(key, Template.ID).orElse(NONE);
            idsOfPairs.add(ByteBuffer.wrap(id));
            List<Long> publicKeys = id.length == 0 ? List.of() : withId(Template.PUBLIC_KEY, id, 2);
            var flags = new ListedKey.Flags(
                    flag(key, Template.SENSITIVE), flag(key, Template.EXTRACTABLE), flag(key, Template.LOCAL));
            listed.add(listed(key, id, publicKeys, flags, true));
        }
        for (long key : session.find(new Template().with(Template.CLASS, Template.PUBLIC_KEY), MAX_KEYS)) {
            byte[] id = optional(key, Template.ID).orElse(NONE);
            if (!idsOfPairs.contains(ByteBuffer.wrap(id))) {
                listed.add(listed(key, id, List.of(key), ListedKey.Flags.UNKNOWN, false));
            }
        }
        listed.sort(Comparator.comparing(ListedKey::name));
        return listed.subList(0, Math.min(listed.size(), MAX_KEYS));
    }

    private ListedKey listed(long key, byte[] id, List<Long> publicKeys, ListedKey.Flags flags, boolean hasPrivate)
            throws CryptokiError {
        String name = new String(optional(key, Template.LABEL).orElse(NONE), StandardCharsets.UTF_8);
        Optional<PublicPart> part = publicKeys.size() == 1 ? publicPart(publicKeys.getFirst()) : Optional.empty();
        List<byte[]> certificates = id.length == 0 ? List.of() : certificates(id);
        return new ListedKey(
                name,
                id,
                part.map(PublicPart::kinds).orElse(List.of()),
                part.map(PublicPart::spki),
                flags,
                hasPrivate,
                certificates);
    }

    List<byte[]> certificates(String name, byte[] spki) throws CryptokiError {
        return certificates(requireOne(name, spki).id());
    }

    private List<byte[]> certificates(byte[] id) throws CryptokiError {
        List<byte[]> certificates = new ArrayList<>();
        for (long object : withId(Template.CERTIFICATE, id, MAX_CERTIFICATES)) {
            optional(object, Template.VALUE).filter(der -> der.length > 0).ifPresent(certificates::add);
        }
        return certificates;
    }

    /// One key that is meant, and no other: what belongs to it bears this id.
    record Meant(String name, byte[] id, Optional<byte[]> spki) {}

    /// The one key that has this name and this public key; only its public half need be there.
    Meant requireOne(String name, byte[] spki) throws CryptokiError {
        session.requireUser();
        List<Long> privateKeys = labelled(Template.PRIVATE_KEY, name);
        List<Long> named = privateKeys.isEmpty() ? labelled(Template.PUBLIC_KEY, name) : privateKeys;
        long key = only(name, "CKA_LABEL", "key", named);
        byte[] id = optional(key, Template.ID).orElse(NONE);
        if (id.length == 0) {
            throw KeyRefused.because(name, "CKA_ID", "is empty, so its public key cannot be told");
        }
        List<Long> sharers = withId(Template.PRIVATE_KEY, id, 2);
        if (sharers.size() > 1 || (privateKeys.isEmpty() && !sharers.isEmpty())) {
            throw KeyRefused.ambiguous(name, "CKA_ID", "is borne by more than one key");
        }
        long publicKey = only(name, "CKA_ID", "public key", withId(Template.PUBLIC_KEY, id, 2));
        boolean same = publicPart(publicKey)
                .filter(part -> Arrays.equals(part.spki(), spki))
                .isPresent();
        if (!same) {
            throw KeyRefused.because(name, "public key", "is not the given one");
        }
        return new Meant(name, id, Optional.of(spki));
    }

    /// The one key that has this name and this id, whatever its public key is; only its public half need be
    /// there.
    Meant requireOneOfId(String name, byte[] id) throws CryptokiError {
        session.requireUser();
        if (id.length == 0) {
            throw KeyRefused.because(name, "CKA_ID", "is empty, so that it cannot be told what belongs to it");
        }
        List<Long> privateKeys = withId(Template.PRIVATE_KEY, id, 2);
        List<Long> publicKeys = withId(Template.PUBLIC_KEY, id, 2);
        long key = only(name, "CKA_ID", "key", privateKeys.isEmpty() ? publicKeys : privateKeys);
        if (!Arrays.equals(optional(key, Template.LABEL).orElse(NONE), name.getBytes(StandardCharsets.UTF_8))) {
            throw KeyRefused.because(name, "CKA_LABEL", "is not that of the key with this id");
        }
        Optional<PublicPart> part = publicKeys.size() == 1 ? publicPart(publicKeys.getFirst()) : Optional.empty();
        return new Meant(name, id, part.map(PublicPart::spki));
    }

    // ---- changing ----

    /// The public key goes last: until then it tells, after an interruption, what belongs to it. `gone` is told
    /// as soon as there is no private key any more.
    void destroy(Meant key, Runnable gone) throws CryptokiError {
        removeAll(Template.PRIVATE_KEY, key);
        gone.run();
        removeAll(Template.CERTIFICATE, key);
        removeAll(Template.PUBLIC_KEY, key);
    }

    private void removeAll(long objectClass, Meant key) throws CryptokiError {
        for (long object : withId(objectClass, key.id(), MAX_KEYS)) {
            remove(key.name(), object);
        }
    }

    private void remove(String name, long object) throws CryptokiError {
        try {
            session.destroy(object);
        } catch (CryptokiError error) {
            if (error.remedy() == ReturnCode.Remedy.REFUSE) {
                throw KeyRefused.because(name, "CKA_DESTROYABLE", "keeps it in the token: ", error);
            }
            throw error;
        }
    }

    void store(String name, KeyCertificate certificate) throws CryptokiError {
        byte[] id = requireOne(name, certificate.spki()).id();
        List<byte[]> there = certificates(id);
        if (there.stream().anyMatch(der -> Arrays.equals(der, certificate.der()))) {
            return;
        }
        if (there.size() >= MAX_CERTIFICATES) {
            throw KeyRefused.because(
                    name,
                    "CKO_CERTIFICATE",
                    "objects are " + MAX_CERTIFICATES + " already, and no more are kept of one key");
        }
        try {
            session.create(new Template()
                    .with(Template.CLASS, Template.CERTIFICATE)
                    .with(Template.CERTIFICATE_TYPE, X_509)
                    .with(Template.TOKEN, true)
                    .with(Template.PRIVATE, false)
                    .with(Template.LABEL, name)
                    .with(Template.ID, id)
                    .with(Template.SUBJECT, certificate.subject())
                    .with(Template.ISSUER, certificate.issuer())
                    .with(Template.SERIAL_NUMBER, certificate.serialNumber())
                    .with(Template.VALUE, certificate.der()));
        } catch (CryptokiError error) {
            if (error.remedy() == ReturnCode.Remedy.REFUSE || error.code().value() == ReturnCode.DEVICE_MEMORY) {
                throw KeyRefused.because(
                        name, "CKO_CERTIFICATE", "is not kept by this token, keep it in a file: ", error);
            }
            throw error;
        }
    }

    // ---- small things ----

    /// Two kinds for RSA, whose way of signing is no property of the key.
    private record PublicPart(List<KeyKind> kinds, byte[] spki) {}

    private Optional<PublicPart> publicPart(long publicKey) throws CryptokiError {
        Optional<byte[]> type = optional(publicKey, Template.KEY_TYPE);
        List<KeyKind> kinds = new ArrayList<>();
        Optional<byte[]> spki = Optional.empty();
        for (KeyKind kind : KeyKind.values()) {
            boolean ofThisType = type.isPresent()
                    && profile.mechanism(kind)
                            .filter(mechanism -> Arrays.equals(type.get(), Template.ulong(mechanism.keyType())))
                            .isPresent();
            Optional<byte[]> ofThisKind = ofThisType ? spki(kind, publicKey) : Optional.empty();
            if (ofThisKind.isPresent()) {
                kinds.add(kind);
                spki = ofThisKind;
            }
        }
        return spki.map(known -> new PublicPart(List.copyOf(kinds), known));
    }

    private Optional<byte[]> spki(KeyKind kind, long publicKey) throws CryptokiError {
        if (kind.isRsa()) {
            byte[] modulus = optional(publicKey, Template.MODULUS).orElse(NONE);
            byte[] exponent = optional(publicKey, Template.PUBLIC_EXPONENT).orElse(NONE);
            return PublicKeys.spkiFromRsa(kind, modulus, exponent);
        }
        if (!kind.hasPoint()) {
            return PublicKeys.spkiFromRaw(
                    kind, optional(publicKey, Template.VALUE).orElse(NONE));
        }
        if (!KeyCheck.isCurveOf(
                profile, kind, optional(publicKey, Template.EC_PARAMS).orElse(NONE))) {
            return Optional.empty();
        }
        byte[] point = optional(publicKey, Template.EC_POINT).orElse(NONE);
        return PublicKeys.spkiFromEcPoint(kind, profile.keys().point(), point);
    }

    private List<Long> labelled(long objectClass, String name) throws CryptokiError {
        return session.find(new Template().with(Template.CLASS, objectClass).with(Template.LABEL, name), 2);
    }

    private List<Long> withId(long objectClass, byte[] id, int max) throws CryptokiError {
        return session.find(new Template().with(Template.CLASS, objectClass).with(Template.ID, id), max);
    }

    private Optional<Boolean> flag(long object, long type) throws CryptokiError {
        return optional(object, type).filter(value -> value.length == 1).map(value -> value[0] != 0);
    }

    /// Empty where the token has no such attribute or does not show it.
    private Optional<byte[]> optional(long object, long type) throws CryptokiError {
        try {
            return Optional.of(session.attribute(object, type, KeyCertificate.MAX_BYTES));
        } catch (CryptokiError error) {
            long code = error.code().value();
            if (error.remedy() == ReturnCode.Remedy.REFUSE || code == ReturnCode.BUFFER_TOO_SMALL) {
                return Optional.empty();
            }
            throw error;
        }
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
