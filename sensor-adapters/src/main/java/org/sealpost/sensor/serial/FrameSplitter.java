package org.sealpost.sensor.serial;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cuts what comes over the line into frames. Whatever comes, it keeps no more than one frame.
final class FrameSplitter {
    /// What came before an end. One that is too long is only its beginning; the rest, up to the next end, is dropped.
    record Frame(byte[] bytes, boolean isTooLong) {}

    private final byte[] end;
    private final int maxFrame;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private boolean isDropping;

    FrameSplitter(byte[] end, int maxFrame) {
        this.end = end.clone();
        this.maxFrame = maxFrame;
    }

    /// What comes next may be the rest of a frame that nobody saw begin; it is left out.
    void dropTheRestOfAFrame() {
        isDropping = true;
    }

    List<Frame> add(byte[] bytes, int length) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            begun.write(bytes[i]);
            if (isAtEnd()) {
                if (!isDropping) frames.add(new Frame(withoutEnd(), false));
                begun.reset();
                isDropping = false;
            } else if (begun.size() >= maxFrame + end.length) {
                byte[] all = begun.toByteArray();
                if (!isDropping) frames.add(new Frame(all, true));
                isDropping = true;
                // An end may lie across the cut.
                begun.reset();
                begun.write(all, all.length - (end.length - 1), end.length - 1);
            }
        }
        return frames;
    }

    private boolean isAtEnd() {
        if (begun.size() < end.length) return false;
        byte[] all = begun.toByteArray();
        for (int i = 0; i < end.length; i++) {
            if (all[all.length - end.length + i] != end[i]) return false;
        }
        return true;
    }

    private byte[] withoutEnd() {
        byte[] all = begun.toByteArray();
        return Arrays.copyOf(all, all.length - end.length);
    }
}
