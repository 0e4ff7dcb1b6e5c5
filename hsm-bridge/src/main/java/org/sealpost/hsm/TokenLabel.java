package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// What a token says of itself (CK_TOKEN_INFO), as far as we use it.
///
/// @param minPinBytes as it tells them; which of them say nothing, [#pinLength] knows
record TokenLabel(
        String label,
        String manufacturer,
        String model,
        String serial,
        long flags,
        long minPinBytes,
        long maxPinBytes) {
    private static final long WRITE_PROTECTED = 0x2;
    private static final long LOGIN_REQUIRED = 0x4;
    private static final long USER_PIN_INITIALIZED = 0x8;
    private static final long TOKEN_INITIALIZED = 0x400;
    private static final long USER_PIN_COUNT_LOW = 0x10000;
    private static final long USER_PIN_FINAL_TRY = 0x20000;
    private static final long USER_PIN_LOCKED = 0x40000;
    private static final long SO_PIN_COUNT_LOW = 0x100000;
    private static final long SO_PIN_FINAL_TRY = 0x200000;
    private static final long SO_PIN_LOCKED = 0x400000;

    private static final int USUAL_PIN_LENGTH = 20;
    private static final int MAX_PIN_LENGTH = 255;

    static TokenLabel read(MemorySegment tokenInfo) {
        return new TokenLabel(
                text(tokenInfo, 0, 32),
                text(tokenInfo, 32, 32),
                text(tokenInfo, 64, 16),
                text(tokenInfo, 80, 16),
                tokenInfo.get(JAVA_LONG, 96),
                tokenInfo.get(JAVA_LONG, 144),
                tokenInfo.get(JAVA_LONG, 136));
    }

    boolean isInitialised() {
        return (flags & TOKEN_INITIALIZED) != 0;
    }

    boolean needsLogin() {
        return (flags & LOGIN_REQUIRED) != 0;
    }

    boolean hasUserPin() {
        return (flags & USER_PIN_INITIALIZED) != 0;
    }

    boolean isPinLocked() {
        return (flags & USER_PIN_LOCKED) != 0;
    }

    boolean isFinalTry() {
        return (flags & USER_PIN_FINAL_TRY) != 0;
    }

    boolean isPinCountLow() {
        return (flags & USER_PIN_COUNT_LOW) != 0;
    }

    boolean isWriteProtected() {
        return (flags & WRITE_PROTECTED) != 0;
    }

    boolean isOfficersPinLocked() {
        return (flags & SO_PIN_LOCKED) != 0;
    }

    boolean isOfficersFinalTry() {
        return (flags & SO_PIN_FINAL_TRY) != 0;
    }

    boolean isOfficersCountLow() {
        return (flags & SO_PIN_COUNT_LOW) != 0;
    }

    /// How long a random PIN is made for it: 20 characters, or the nearest number that it takes.
    int pinLength() {
        return (int) Math.max(Math.min(USUAL_PIN_LENGTH, longestPin()), shortestPin());
    }

    boolean takesPinOf(int length) {
        return length >= shortestPin() && length <= longestPin();
    }

    private long longestPin() {
        return isTold(maxPinBytes) ? maxPinBytes : MAX_PIN_LENGTH;
    }

    private long shortestPin() {
        return isTold(minPinBytes) ? Math.min(minPinBytes, longestPin()) : 1;
    }

    /// 0 and all bits set say nothing, and what is longer than any PIN file is nonsense.
    private static boolean isTold(long bytes) {
        return bytes > 0 && bytes <= MAX_PIN_LENGTH;
    }

    String description() {
        return manufacturer + " " + model + ", serial " + serial + ", label \"" + label + "\"";
    }

    /// Fields are padded with blanks; some tokens pad with zeros.
    static String text(MemorySegment tokenInfo, long at, int bytes) {
        byte[] field = tokenInfo.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE);
        return new String(field, StandardCharsets.UTF_8).replace('\0', ' ').strip();
    }
}
