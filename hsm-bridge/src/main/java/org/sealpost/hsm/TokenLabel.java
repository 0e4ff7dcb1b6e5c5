package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// What a token says of itself (CK_TOKEN_INFO), as far as we use it.
record TokenLabel(String label, String manufacturer, String model, String serial, long flags) {
    private static final long LOGIN_REQUIRED = 0x4;
    private static final long USER_PIN_INITIALIZED = 0x8;
    private static final long TOKEN_INITIALIZED = 0x400;
    private static final long USER_PIN_COUNT_LOW = 0x10000;
    private static final long USER_PIN_FINAL_TRY = 0x20000;
    private static final long USER_PIN_LOCKED = 0x40000;

    static TokenLabel read(MemorySegment tokenInfo) {
        return new TokenLabel(
                text(tokenInfo, 0, 32),
                text(tokenInfo, 32, 32),
                text(tokenInfo, 64, 16),
                text(tokenInfo, 80, 16),
                tokenInfo.get(JAVA_LONG, 96));
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

    String description() {
        return manufacturer + " " + model + ", serial " + serial + ", label \"" + label + "\"";
    }

    /// Fields are padded with blanks; some tokens pad with zeros.
    static String text(MemorySegment tokenInfo, long at, int bytes) {
        byte[] field = tokenInfo.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE);
        return new String(field, StandardCharsets.UTF_8).replace('\0', ' ').strip();
    }
}
