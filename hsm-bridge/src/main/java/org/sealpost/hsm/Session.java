package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// One session with a token, its native buffers allocated once. Used and closed by the thread that opened it only.
final class Session {
    private static final int MAX_ATTRIBUTE_BYTES = 8192;
    /// More than the longest (ML-DSA-87: 4627), so that an answer that is too long is seen and not cut.
    private static final int MAX_SIGNATURE_BYTES = 8192;

    private static final int PSS_PARAMETER_BYTES = 24;
    private static final long CKM_SHA256 = 0x250;
    private static final long READ_ONLY_USER = 1;
    private static final long READ_WRITE_USER = 3;
    private static final long CKG_MGF1_SHA256 = 2;

    /// What a mechanism takes besides its number.
    enum Parameter {
        NONE,
        /// CK_RSA_PKCS_PSS_PARAMS: SHA-256, MGF1 with SHA-256, salt of 32 bytes.
        PSS_SHA256
    }

    private final Cryptoki cryptoki;
    private final long slot;
    private final long handle;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment mechanism = arena.allocate(Cryptoki.MECHANISM_BYTES, 8);
    private final MemorySegment pss = pssParameter(arena);
    private final MemorySegment input = arena.allocate(Sm2.Z_BYTES + KeyKind.MAX_MESSAGE_BYTES);
    private final MemorySegment output = arena.allocate(MAX_SIGNATURE_BYTES);
    private final MemorySegment outputBytes = arena.allocate(JAVA_LONG);

    private BooleanSupplier valid = () -> true;

    private Session(Cryptoki cryptoki, long slot, long handle) {
        this.cryptoki = cryptoki;
        this.slot = slot;
        this.handle = handle;
    }

    /// `flags` is 0 or [Cryptoki#READ_WRITE_SESSION].
    static Session open(Cryptoki cryptoki, long slot, long flags) throws CryptokiError {
        return new Session(cryptoki, slot, cryptoki.openSession(slot, flags));
    }

    /// Asked between the two calls of a signature: a first call that came home too late has lost its session, and
    /// the number of that may be another's by then.
    void validWhile(BooleanSupplier condition) {
        valid = condition;
    }

    /// One C_SignInit and one C_Sign; the output buffer is large enough, so nobody asks for lengths.
    byte[] sign(long key, long mechanismNumber, Parameter parameter, byte[] message) throws CryptokiError {
        setMechanism(mechanismNumber, parameter);
        MemorySegment.copy(message, 0, input, JAVA_BYTE, 0, message.length);
        outputBytes.set(JAVA_LONG, 0, MAX_SIGNATURE_BYTES);
        cryptoki.signInit(handle, mechanism, key);
        if (!valid.getAsBoolean()) {
            throw new CryptokiError("C_Sign", ReturnCode.SESSION_HANDLE_INVALID);
        }
        cryptoki.sign(handle, input, message.length, output, outputBytes);
        long length = Math.clamp(outputBytes.get(JAVA_LONG, 0), 0, MAX_SIGNATURE_BYTES);
        return output.asSlice(0, length).toArray(JAVA_BYTE);
    }

    /// What the token says of itself now.
    TokenLabel tokenLabel() throws CryptokiError {
        return cryptoki.tokenLabel(slot);
    }

    /// Logs in and wipes the native copy of the PIN; the caller wipes its own.
    void login(long user, byte[] pin) throws CryptokiError {
        withPin(pin, copy -> cryptoki.login(handle, user, copy));
    }

    /// Whether the token has the user logged in.
    boolean isUser() throws CryptokiError {
        long state = cryptoki.sessionState(handle);
        return state == READ_ONLY_USER || state == READ_WRITE_USER;
    }

    /// Before anything is removed in this read-write session: a token that has silently lost the user's login
    /// shows no private objects, and a key that is alive looks like half of one.
    ///
    /// @throws CryptokiError if the user is not logged in
    void requireUser() throws CryptokiError {
        if (cryptoki.sessionState(handle) != READ_WRITE_USER && tokenLabel().needsLogin()) {
            throw new CryptokiError("C_GetSessionInfo", ReturnCode.USER_NOT_LOGGED_IN);
        }
    }

    void logout() throws CryptokiError {
        cryptoki.logout(handle);
    }

    /// Sets the user PIN; needs a read-write session of the security officer.
    void initPin(byte[] pin) throws CryptokiError {
        withPin(pin, copy -> cryptoki.initPin(handle, copy));
    }

    /// Changes the PIN of whoever is logged in; needs a read-write session.
    void setPin(byte[] old, byte[] fresh) throws CryptokiError {
        withPin(old, oldCopy -> withPin(fresh, freshCopy -> cryptoki.setPin(handle, oldCopy, freshCopy)));
    }

    /// Up to `max` objects that match; a caller who wants exactly one asks for two.
    List<Long> find(Template template, int max) throws CryptokiError {
        try (Arena here = Arena.ofConfined()) {
            MemorySegment objects = here.allocate(JAVA_LONG, max);
            MemorySegment count = here.allocate(JAVA_LONG);
            List<Long> found = new ArrayList<>();
            cryptoki.findObjectsInit(handle, template.in(here));
            try {
                do {
                    // A library may hand out fewer than it has, so only an empty answer is the end.
                    cryptoki.findObjects(handle, objects.asSlice(0, 8L * (max - found.size())), count);
                    for (long i = 0; i < count.get(JAVA_LONG, 0) && found.size() < max; i++) {
                        found.add(objects.getAtIndex(JAVA_LONG, i));
                    }
                } while (count.get(JAVA_LONG, 0) > 0 && found.size() < max);
            } finally {
                cryptoki.findObjectsFinal(handle);
            }
            return found;
        }
    }

    byte[] attribute(long object, long type) throws CryptokiError {
        return attribute(object, type, MAX_ATTRIBUTE_BYTES);
    }

    byte[] attribute(long object, long type, int maxBytes) throws CryptokiError {
        try (Arena here = Arena.ofConfined()) {
            MemorySegment attribute = here.allocate(Cryptoki.ATTRIBUTE_BYTES, 8);
            MemorySegment value = here.allocate(maxBytes);
            attribute.set(JAVA_LONG, 0, type);
            attribute.set(ADDRESS, 8, value);
            // NSS wants room for a number to be of its size, neither less nor more.
            attribute.set(JAVA_LONG, 16, Template.isNumber(type) ? JAVA_LONG.byteSize() : maxBytes);
            cryptoki.getAttributeValue(handle, object, attribute);
            long length = attribute.get(JAVA_LONG, 16);
            if (length < 0 || length > maxBytes) {
                throw new CryptokiError("C_GetAttributeValue", ReturnCode.ATTRIBUTE_TYPE_INVALID);
            }
            return value.asSlice(0, length).toArray(JAVA_BYTE);
        }
    }

    /// The handles of a pair that was just made.
    record Pair(long publicKey, long privateKey) {}

    Pair generatePair(long mechanismNumber, Template publicKey, Template privateKey) throws CryptokiError {
        try (Arena here = Arena.ofConfined()) {
            MemorySegment keys = here.allocate(16, 8);
            setMechanism(mechanismNumber, Parameter.NONE);
            cryptoki.generateKeyPair(handle, mechanism, publicKey.in(here), privateKey.in(here), keys);
            return new Pair(keys.get(JAVA_LONG, 0), keys.get(JAVA_LONG, 8));
        }
    }

    void create(Template object) throws CryptokiError {
        try (Arena here = Arena.ofConfined()) {
            cryptoki.createObject(handle, object.in(here), here.allocate(JAVA_LONG));
        }
    }

    private void setMechanism(long number, Parameter parameter) {
        mechanism.set(JAVA_LONG, 0, number);
        mechanism.set(ADDRESS, 8, parameter == Parameter.NONE ? MemorySegment.NULL : pss);
        mechanism.set(JAVA_LONG, 16, parameter == Parameter.NONE ? 0 : PSS_PARAMETER_BYTES);
    }

    private static MemorySegment pssParameter(Arena arena) {
        MemorySegment parameter = arena.allocate(PSS_PARAMETER_BYTES, 8);
        parameter.set(JAVA_LONG, 0, CKM_SHA256);
        parameter.set(JAVA_LONG, 8, CKG_MGF1_SHA256);
        parameter.set(JAVA_LONG, 16, SignatureCheck.PSS_SALT_BYTES);
        return parameter;
    }

    byte[] random(int bytes) throws CryptokiError {
        try (Arena here = Arena.ofConfined()) {
            MemorySegment target = here.allocate(bytes);
            cryptoki.generateRandom(handle, target);
            return target.toArray(JAVA_BYTE);
        }
    }

    void destroy(long object) throws CryptokiError {
        cryptoki.destroyObject(handle, object);
    }

    /// Closes the session in the library. What the library says to that does not matter: it is not used again.
    void close() {
        try {
            cryptoki.closeSession(handle);
        } catch (CryptokiError alreadyGone) {
            // Nothing to release then.
        } finally {
            forget();
        }
    }

    /// Releases our buffers only: for a session that ended with the library's finalisation.
    void forget() {
        arena.close();
    }

    private interface PinCall {
        void with(MemorySegment pin) throws CryptokiError;
    }

    private static void withPin(byte[] pin, PinCall call) throws CryptokiError {
        try (Arena here = Arena.ofConfined()) {
            MemorySegment copy = here.allocateFrom(JAVA_BYTE, pin);
            try {
                call.with(copy);
            } finally {
                copy.fill((byte) 0);
            }
        }
    }
}
