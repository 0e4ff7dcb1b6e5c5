package org.sealpost.hsm.driver;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.ReturnCode;

/// Reads the fields of one frame, and nothing behind its end.
final class FrameReader {
    private final ByteBuffer frame;

    FrameReader(ByteBuffer frame) {
        this.frame = frame;
    }

    int u8() throws ProtocolError {
        return Byte.toUnsignedInt(need(1).get());
    }

    int u16() throws ProtocolError {
        return Short.toUnsignedInt(need(2).getShort());
    }

    int u32() throws ProtocolError {
        return need(4).getInt();
    }

    long u64() throws ProtocolError {
        return need(8).getLong();
    }

    /// A number that is not negative.
    int count() throws ProtocolError {
        int count = u32();
        if (count < 0) {
            throw new ProtocolError("a number is too large: " + Integer.toUnsignedString(count));
        }
        return count;
    }

    String text() throws ProtocolError {
        byte[] utf8 = take(u16());
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new ProtocolError("a text is not UTF-8");
        }
    }

    boolean flag() throws ProtocolError {
        int flag = u8();
        if (flag > 1) {
            throw new ProtocolError("a flag is 0 or 1, not " + flag);
        }
        return flag == 1;
    }

    Optional<String> optionalText() throws ProtocolError {
        return flag() ? Optional.of(text()) : Optional.empty();
    }

    Optional<byte[]> optionalBytes() throws ProtocolError {
        return flag() ? Optional.of(bytes()) : Optional.empty();
    }

    Optional<ReturnCode> code() throws ProtocolError {
        return flag() ? Optional.of(new ReturnCode(u64())) : Optional.empty();
    }

    Optional<Boolean> optionalFlag() throws ProtocolError {
        int flag = u8();
        if (flag > 2) {
            throw new ProtocolError("a flag that may be unknown is 0, 1 or 2, not " + flag);
        }
        return flag == 2 ? Optional.empty() : Optional.of(flag == 1);
    }

    List<byte[]> list() throws ProtocolError {
        int count = u16();
        List<byte[]> several = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            several.add(bytes());
        }
        return List.copyOf(several);
    }

    byte[] bytes() throws ProtocolError {
        return take(count());
    }

    <E extends Enum<E>> E constant(Class<E> type) throws ProtocolError {
        String name = text();
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException unknown) {
            throw new ProtocolError("there is no " + type.getSimpleName() + " \"" + name + "\"");
        }
    }

    <E extends Enum<E>> Optional<E> optionalConstant(Class<E> type) throws ProtocolError {
        return flag() ? Optional.of(constant(type)) : Optional.empty();
    }

    void end() throws ProtocolError {
        if (frame.hasRemaining()) {
            throw new ProtocolError(frame.remaining() + " bytes behind the last field");
        }
    }

    private byte[] take(int count) throws ProtocolError {
        need(count);
        byte[] bytes = new byte[count];
        frame.get(bytes);
        return bytes;
    }

    private ByteBuffer need(int count) throws ProtocolError {
        if (frame.remaining() < count) {
            throw new ProtocolError("a field ends behind its frame");
        }
        return frame;
    }
}
