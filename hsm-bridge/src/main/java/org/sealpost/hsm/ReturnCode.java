package org.sealpost.hsm;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A return code of PKCS#11 (CK_RV), with its name and with what it asks of us.
public record ReturnCode(long value) {

    /// What a code asks of the one who got it. The table is [#remedy].
    enum Remedy {
        /// Device, token, session or handle is gone: drop all sessions, finalise, initialise, find everything
        /// again.
        REINITIALISE,
        /// The token forgot our login, for example after somebody else logged out.
        LOGIN,
        /// The PIN was not accepted: latch, and never try it again.
        PIN,
        /// This session may be in an unknown state: close it and try once more with a fresh one.
        REOPEN,
        /// The token understood and will not do this: no use to repeat.
        REFUSE
    }

    static final long GENERAL_ERROR = 0x5;
    static final long DEVICE_MEMORY = 0x31;
    static final long BUFFER_TOO_SMALL = 0x150;
    static final long PIN_INCORRECT = 0xA0;
    static final long PIN_INVALID = 0xA1;
    static final long PIN_LEN_RANGE = 0xA2;
    static final long PIN_LOCKED = 0xA4;
    static final long SESSION_HANDLE_INVALID = 0xB3;
    static final long RANDOM_NO_RNG = 0x121;
    static final long USER_PIN_NOT_INITIALIZED = 0x102;
    static final long USER_ALREADY_LOGGED_IN = 0x100;
    static final long USER_NOT_LOGGED_IN = 0x101;
    static final long CRYPTOKI_NOT_INITIALIZED = 0x190;
    static final long CRYPTOKI_ALREADY_INITIALIZED = 0x191;
    static final long ATTRIBUTE_TYPE_INVALID = 0x12;
    static final long ATTRIBUTE_SENSITIVE = 0x11;

    // Five have two numbers: 0x1B5 to 0x1B9 in the standard, 0x1C0 to 0x1C4 in p11-kit's header up to 0.24 at least,
    // and so in whatever was compiled with that.
    private static final Map<Long, String> NAMES = names("""
            CANCEL 0x1
            HOST_MEMORY 0x2
            SLOT_ID_INVALID 0x3
            GENERAL_ERROR 0x5
            FUNCTION_FAILED 0x6
            ARGUMENTS_BAD 0x7
            NO_EVENT 0x8
            NEED_TO_CREATE_THREADS 0x9
            CANT_LOCK 0xA
            ATTRIBUTE_READ_ONLY 0x10
            ATTRIBUTE_SENSITIVE 0x11
            ATTRIBUTE_TYPE_INVALID 0x12
            ATTRIBUTE_VALUE_INVALID 0x13
            ACTION_PROHIBITED 0x1B
            DATA_INVALID 0x20
            DATA_LEN_RANGE 0x21
            DEVICE_ERROR 0x30
            DEVICE_MEMORY 0x31
            DEVICE_REMOVED 0x32
            ENCRYPTED_DATA_INVALID 0x40
            ENCRYPTED_DATA_LEN_RANGE 0x41
            AEAD_DECRYPT_FAILED 0x42
            FUNCTION_CANCELED 0x50
            FUNCTION_NOT_PARALLEL 0x51
            FUNCTION_NOT_SUPPORTED 0x54
            KEY_HANDLE_INVALID 0x60
            KEY_SIZE_RANGE 0x62
            KEY_TYPE_INCONSISTENT 0x63
            KEY_NOT_NEEDED 0x64
            KEY_CHANGED 0x65
            KEY_NEEDED 0x66
            KEY_INDIGESTIBLE 0x67
            KEY_FUNCTION_NOT_PERMITTED 0x68
            KEY_NOT_WRAPPABLE 0x69
            KEY_UNEXTRACTABLE 0x6A
            MECHANISM_INVALID 0x70
            MECHANISM_PARAM_INVALID 0x71
            OBJECT_HANDLE_INVALID 0x82
            OPERATION_ACTIVE 0x90
            OPERATION_NOT_INITIALIZED 0x91
            PIN_INCORRECT 0xA0
            PIN_INVALID 0xA1
            PIN_LEN_RANGE 0xA2
            PIN_EXPIRED 0xA3
            PIN_LOCKED 0xA4
            SESSION_CLOSED 0xB0
            SESSION_COUNT 0xB1
            SESSION_HANDLE_INVALID 0xB3
            SESSION_PARALLEL_NOT_SUPPORTED 0xB4
            SESSION_READ_ONLY 0xB5
            SESSION_EXISTS 0xB6
            SESSION_READ_ONLY_EXISTS 0xB7
            SESSION_READ_WRITE_SO_EXISTS 0xB8
            SIGNATURE_INVALID 0xC0
            SIGNATURE_LEN_RANGE 0xC1
            TEMPLATE_INCOMPLETE 0xD0
            TEMPLATE_INCONSISTENT 0xD1
            TOKEN_NOT_PRESENT 0xE0
            TOKEN_NOT_RECOGNIZED 0xE1
            TOKEN_WRITE_PROTECTED 0xE2
            UNWRAPPING_KEY_HANDLE_INVALID 0xF0
            UNWRAPPING_KEY_SIZE_RANGE 0xF1
            UNWRAPPING_KEY_TYPE_INCONSISTENT 0xF2
            USER_ALREADY_LOGGED_IN 0x100
            USER_NOT_LOGGED_IN 0x101
            USER_PIN_NOT_INITIALIZED 0x102
            USER_TYPE_INVALID 0x103
            USER_ANOTHER_ALREADY_LOGGED_IN 0x104
            USER_TOO_MANY_TYPES 0x105
            WRAPPED_KEY_INVALID 0x110
            WRAPPED_KEY_LEN_RANGE 0x112
            WRAPPING_KEY_HANDLE_INVALID 0x113
            WRAPPING_KEY_SIZE_RANGE 0x114
            WRAPPING_KEY_TYPE_INCONSISTENT 0x115
            RANDOM_SEED_NOT_SUPPORTED 0x120
            RANDOM_NO_RNG 0x121
            DOMAIN_PARAMS_INVALID 0x130
            CURVE_NOT_SUPPORTED 0x140
            BUFFER_TOO_SMALL 0x150
            SAVED_STATE_INVALID 0x160
            INFORMATION_SENSITIVE 0x170
            STATE_UNSAVEABLE 0x180
            CRYPTOKI_NOT_INITIALIZED 0x190
            CRYPTOKI_ALREADY_INITIALIZED 0x191
            MUTEX_BAD 0x1A0
            MUTEX_NOT_LOCKED 0x1A1
            NEW_PIN_MODE 0x1B0
            NEXT_OTP 0x1B1
            EXCEEDED_MAX_ITERATIONS 0x1B5
            FIPS_SELF_TEST_FAILED 0x1B6
            LIBRARY_LOAD_FAILED 0x1B7
            PIN_TOO_WEAK 0x1B8
            PUBLIC_KEY_INVALID 0x1B9
            EXCEEDED_MAX_ITERATIONS 0x1C0
            FIPS_SELF_TEST_FAILED 0x1C1
            LIBRARY_LOAD_FAILED 0x1C2
            PIN_TOO_WEAK 0x1C3
            PUBLIC_KEY_INVALID 0x1C4
            FUNCTION_REJECTED 0x200
            TOKEN_RESOURCE_EXCEEDED 0x201
            OPERATION_CANCEL_FAILED 0x202
            KEY_EXHAUSTED 0x203
            PENDING 0x204
            SESSION_ASYNC_NOT_SUPPORTED 0x205
            SEED_RANDOM_REQUIRED 0x206
            OPERATION_NOT_VALIDATED 0x207
            TOKEN_NOT_INITIALIZED 0x208
            PARAMETER_SET_NOT_SUPPORTED 0x209
            """);

    Remedy remedy() {
        return switch (standards()) {
            // SLOT_ID_INVALID, DEVICE_ERROR, DEVICE_REMOVED, KEY_HANDLE_INVALID, OBJECT_HANDLE_INVALID, SESSION_CLOSED,
            // SESSION_HANDLE_INVALID, TOKEN_NOT_PRESENT, TOKEN_NOT_RECOGNIZED, CRYPTOKI_NOT_INITIALIZED
            case 0x03, 0x30, 0x32, 0x60, 0x82, 0xB0, 0xB3, 0xE0, 0xE1, 0x190 -> Remedy.REINITIALISE;
            case 0x101 -> Remedy.LOGIN;
            case 0xA0, 0xA1, 0xA2, 0xA3, 0xA4 -> Remedy.PIN;
            // Attributes, data, function not supported, key type, key's use, mechanism, template, write protection,
            // curve, parameter set
            case 0x10,
                    0x11,
                    0x12,
                    0x13,
                    0x1B,
                    0x20,
                    0x21,
                    0x54,
                    0x62,
                    0x63,
                    0x68,
                    0x70,
                    0x71,
                    0xD0,
                    0xD1,
                    0xE2,
                    0x130,
                    0x140,
                    0x209 -> Remedy.REFUSE;
            default -> Remedy.REOPEN;
        };
    }

    /// Whether it is the function, the mechanism, its parameters, the size or the curve that the token does not
    /// have.
    boolean saysUnsupported() {
        return switch (standards()) {
            case 0x54, 0x62, 0x70, 0x71, 0x130, 0x140, 0x209 -> true;
            default -> false;
        };
    }

    /// Whether a PIN that shall be set is not good enough for the token.
    boolean saysTooWeak() {
        return "PIN_TOO_WEAK".equals(NAMES.get(value));
    }

    /// Whether it is the token itself that is not there: device removed, token not present or not recognised.
    boolean saysAbsent() {
        return value == 0x32 || value == 0xE0 || value == 0xE1;
    }

    /// Whether the token, its slot, the session or the library's life is gone.
    boolean saysGone() {
        return switch (standards()) {
            case 0x03, 0x32, 0xB0, 0xB3, 0xE0, 0xE1, 0x190 -> true;
            default -> false;
        };
    }

    /// As the standard's, which are small; a number that has not this size is none of them, whatever its last bytes.
    private int standards() {
        return value >= 0 && value <= 0xFFFF ? (int) value : -1;
    }

    /// All that have a name.
    static Set<Long> known() {
        return NAMES.keySet();
    }

    /// As in `0x30`.
    public String number() {
        return "0x" + Long.toHexString(value).toUpperCase(Locale.ROOT);
    }

    /// As in `CKR_DEVICE_ERROR`; vendors' own have none.
    public Optional<String> name() {
        return Optional.ofNullable(NAMES.get(value)).map(name -> "CKR_" + name);
    }

    /// Number and name, as in `0x30 CKR_DEVICE_ERROR`.
    @Override
    public String toString() {
        return number() + " " + name().orElse(isVendors() ? "(vendor defined)" : "(unknown)");
    }

    /// A library may have extended the sign of a 32-bit number, which makes it negative here.
    private boolean isVendors() {
        return Long.compareUnsigned(value, 0x8000_0000L) >= 0;
    }

    private static Map<Long, String> names(String table) {
        Map<Long, String> names = new HashMap<>();
        for (String line : table.lines().toList()) {
            String[] nameAndValue = line.split(" ");
            names.put(Long.decode(nameAndValue[1]), nameAndValue[0]);
        }
        return Map.copyOf(names);
    }
}
