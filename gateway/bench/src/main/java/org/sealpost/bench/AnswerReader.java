package org.sealpost.bench;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Finds the end of each HTTP/1.1 answer and its status in the bytes as they come, without an object for any part of
/// it: so that the load generator takes less than whatever it loads. Knows answers with a Content-Length and no
/// others, which is what the logs of gateway/bench/log send. Belongs to one connection.
final class AnswerReader {
    private static final int MOST_HEAD_BYTES = 16 << 10;
    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final int UNKNOWN = -1;

    private int status;
    private long bodyLeft = UNKNOWN;
    private boolean inBody;

    /// Reads up to the end of one answer and leaves what is behind it in the buffer.
    ///
    /// @return its status, or 0 if its end has not come yet; what was read of it is known the next time
    /// @throws IOException if this is no answer with a Content-Length
    int read(ByteBuf in) throws IOException {
        while (!inBody) {
            int end = in.forEachByte(ByteProcessor.FIND_LF);
            if (end < 0) {
                if (in.readableBytes() > MOST_HEAD_BYTES) throw new IOException("a line of an answer without end");
                return 0;
            }
            line(in, in.readerIndex(), end > in.readerIndex() && in.getByte(end - 1) == '\r' ? end - 1 : end);
            in.readerIndex(end + 1);
        }
        int part = (int) Math.min(bodyLeft, in.readableBytes());
        in.skipBytes(part);
        bodyLeft -= part;
        if (bodyLeft > 0) return 0;
        int whole = status;
        status = 0;
        bodyLeft = UNKNOWN;
        inBody = false;
        return whole;
    }

    private void line(ByteBuf in, int from, int to) throws IOException {
        if (status == 0) {
            if (!startsWith(in, from, to, VERSION) || to - from < VERSION.length + 3) {
                throw new IOException("an answer that is not HTTP/1.1");
            }
            status = (int) number(in, from + VERSION.length, from + VERSION.length + 3);
        } else if (from == to) {
            if (bodyLeft == UNKNOWN) throw new IOException("an answer without Content-Length");
            inBody = true;
        } else if (startsWith(in, from, to, LENGTH)) {
            int digits = from + LENGTH.length;
            while (digits < to && in.getByte(digits) == ' ') digits++;
            bodyLeft = number(in, digits, to);
        }
    }

    /// @param prefix its letters in lower case where either case will do
    private static boolean startsWith(ByteBuf in, int from, int to, byte[] prefix) {
        if (to - from < prefix.length) return false;
        for (int i = 0; i < prefix.length; i++) {
            byte found = in.getByte(from + i);
            boolean isCapital = found >= 'A' && found <= 'Z';
            if (found != prefix[i] && !(isCapital && found + 32 == prefix[i])) return false;
        }
        return true;
    }

    private static long number(ByteBuf in, int from, int to) throws IOException {
        long value = 0;
        if (from == to || to - from > 18)
            throw new IOException("an answer with a number of " + (to - from) + " digits");
        for (int at = from; at < to; at++) {
            int digit = in.getByte(at) - '0';
            if (digit < 0 || digit > 9) throw new IOException("an answer with letters where a number should be");
            value = value * 10 + digit;
        }
        return value;
    }
}
