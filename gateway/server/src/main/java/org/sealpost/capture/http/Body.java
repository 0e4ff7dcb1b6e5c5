package org.sealpost.capture.http;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/// The body of one request while it is being received: takes memory as bytes come, not as they are announced.
/// Used by one event loop.
final class Body {
    private static final int FIRST_BYTES = 4096;
    private static final byte[] EMPTY = {};

    private final int maxBytes;
    private final BodyBudget budget;
    private byte[] bytes = EMPTY;
    private int length;

    /// What came of adding to the body.
    enum Room {
        ENOUGH,
        TOO_LARGE,
        NO_MEMORY
    }

    /// @param maxBytes the length announced, or the largest that is allowed
    Body(int maxBytes, BodyBudget budget) {
        this.maxBytes = maxBytes;
        this.budget = budget;
    }

    Room add(Buffer part) {
        int count = part.length();
        if (count > maxBytes - length) return Room.TOO_LARGE;
        if (length + count > bytes.length && !grow(length + count)) return Room.NO_MEMORY;
        part.getBytes(bytes, length);
        length += count;
        return Room.ENOUGH;
    }

    private boolean grow(int needed) {
        int size = (int) Math.min(maxBytes, Math.max(needed, Math.max(FIRST_BYTES, bytes.length * 2L)));
        if (!budget.take(size - bytes.length)) return false;
        bytes = Arrays.copyOf(bytes, size);
        return true;
    }

    /// The whole body. Nothing may be added afterwards.
    byte[] take() {
        byte[] whole = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
        drop();
        return whole;
    }

    /// Gives the memory back. Harmless when done twice.
    void drop() {
        budget.giveBack(bytes.length);
        bytes = EMPTY;
        length = 0;
    }
}
