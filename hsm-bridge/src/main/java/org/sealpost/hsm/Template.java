package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// A list of attributes that an object has or shall have (an array of CK_ATTRIBUTE).
final class Template {
    static final long CLASS = 0x000;
    static final long TOKEN = 0x001;
    static final long PRIVATE = 0x002;
    static final long LABEL = 0x003;
    static final long VALUE = 0x011;
    static final long CERTIFICATE_TYPE = 0x080;
    static final long ISSUER = 0x081;
    static final long SERIAL_NUMBER = 0x082;
    static final long KEY_TYPE = 0x100;
    static final long SUBJECT = 0x101;
    static final long ID = 0x102;
    static final long SENSITIVE = 0x103;
    static final long SIGN = 0x108;
    static final long VERIFY = 0x10A;
    static final long MODULUS = 0x120;
    static final long MODULUS_BITS = 0x121;
    static final long PUBLIC_EXPONENT = 0x122;
    static final long EXTRACTABLE = 0x162;
    static final long LOCAL = 0x163;
    static final long NEVER_EXTRACTABLE = 0x164;
    static final long ALWAYS_SENSITIVE = 0x165;
    static final long EC_PARAMS = 0x180;
    static final long EC_POINT = 0x181;
    static final long ALWAYS_AUTHENTICATE = 0x202;

    static final long PARAMETER_SET = 0x61D;

    static final long CERTIFICATE = 1;
    static final long PUBLIC_KEY = 2;
    static final long PRIVATE_KEY = 3;

    private final Map<Long, byte[]> attributes = new LinkedHashMap<>();

    Template with(long type, byte[] value) {
        attributes.put(type, value.clone());
        return this;
    }

    Template with(long type, boolean value) {
        return with(type, new byte[] {(byte) (value ? 1 : 0)});
    }

    Template with(long type, long value) {
        return with(type, ulong(value));
    }

    Template with(long type, String value) {
        return with(type, value.getBytes(StandardCharsets.UTF_8));
    }

    /// A CK_ULONG as it lies in memory.
    static byte[] ulong(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putLong(value)
                .array();
    }

    /// Whether an attribute's value is a CK_ULONG.
    static boolean isNumber(long type) {
        return type == CLASS || type == KEY_TYPE || type == MODULUS_BITS || type == PARAMETER_SET;
    }

    MemorySegment in(Arena arena) {
        MemorySegment array = arena.allocate(Cryptoki.ATTRIBUTE_BYTES * attributes.size(), 8);
        long at = 0;
        for (Map.Entry<Long, byte[]> attribute : attributes.entrySet()) {
            byte[] value = attribute.getValue();
            array.set(JAVA_LONG, at, attribute.getKey());
            array.set(ADDRESS, at + 8, arena.allocateFrom(JAVA_BYTE, value));
            array.set(JAVA_LONG, at + 16, value.length);
            at += Cryptoki.ATTRIBUTE_BYTES;
        }
        return array;
    }

    /// The name under which the standard knows an attribute, for messages.
    static String name(long type) {
        return switch ((int) type) {
            case 0x000 -> "CKA_CLASS";
            case 0x001 -> "CKA_TOKEN";
            case 0x003 -> "CKA_LABEL";
            case 0x011 -> "CKA_VALUE";
            case 0x100 -> "CKA_KEY_TYPE";
            case 0x102 -> "CKA_ID";
            case 0x103 -> "CKA_SENSITIVE";
            case 0x108 -> "CKA_SIGN";
            case 0x120 -> "CKA_MODULUS";
            case 0x121 -> "CKA_MODULUS_BITS";
            case 0x122 -> "CKA_PUBLIC_EXPONENT";
            case 0x162 -> "CKA_EXTRACTABLE";
            case 0x180 -> "CKA_EC_PARAMS";
            case 0x181 -> "CKA_EC_POINT";
            case 0x202 -> "CKA_ALWAYS_AUTHENTICATE";
            case 0x61D -> "CKA_PARAMETER_SET";
            default -> "attribute 0x" + Long.toHexString(type);
        };
    }
}
