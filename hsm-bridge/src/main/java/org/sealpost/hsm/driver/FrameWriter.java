package org.sealpost.hsm.driver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.ReturnCode;

/// Writes the fields of one frame.
final class FrameWriter {
    private static final int MAX_TEXT_BYTES = 65_535;

    private ByteBuffer frame;

    /// `expected` is how many bytes the fields will need; more are had if need be.
    FrameWriter(int type, long call, int expected) {
        frame = ByteBuffer.allocate(Wire.LENGTH_BYTES + Wire.HEAD_BYTES + expected);
        frame.position(Wire.LENGTH_BYTES).put((byte) type).putLong(call);
    }

    FrameWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    FrameWriter u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    FrameWriter u32(int value) {
        room(4).putInt(value);
        return this;
    }

    FrameWriter u64(long value) {
        room(8).putLong(value);
        return this;
    }

    /// Cut where it is too long: a sentence for a person must not cost the connection.
    FrameWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > MAX_TEXT_BYTES) {
            return text(text.substring(0, MAX_TEXT_BYTES / 4));
        }
        room(2 + utf8.length).putShort((short) utf8.length).put(utf8);
        return this;
    }

    FrameWriter text(Optional<String> text) {
        u8(text.isPresent() ? 1 : 0);
        text.ifPresent(this::text);
        return this;
    }

    FrameWriter optionalConstant(Optional<? extends Enum<?>> constant) {
        return text(constant.map(Enum::name));
    }

    FrameWriter code(Optional<ReturnCode> code) {
        u8(code.isPresent() ? 1 : 0);
        code.ifPresent(present -> u64(present.value()));
        return this;
    }

    FrameWriter optionalFlag(Optional<Boolean> flag) {
        return u8(flag.map(set -> set ? 1 : 0).orElse(2));
    }

    FrameWriter optionalBytes(Optional<byte[]> bytes) {
        u8(bytes.isPresent() ? 1 : 0);
        bytes.ifPresent(this::bytes);
        return this;
    }

    FrameWriter list(List<byte[]> several) {
        u16(several.size());
        several.forEach(this::bytes);
        return this;
    }

    FrameWriter bytes(byte[] bytes) {
        room(4 + bytes.length).putInt(bytes.length).put(bytes);
        return this;
    }

    /// The whole frame, from its length on.
    ByteBuffer done() {
        int length = frame.position() - Wire.LENGTH_BYTES;
        if (length > Wire.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("a frame has at most " + Wire.MAX_FRAME_BYTES + " bytes, not " + length);
        }
        return frame.putInt(0, length).flip();
    }

    private ByteBuffer room(int bytes) {
        if (frame.remaining() < bytes) {
            frame = ByteBuffer.allocate(Math.max(2 * frame.capacity(), frame.position() + bytes))
                    .put(frame.flip());
        }
        return frame;
    }
}
