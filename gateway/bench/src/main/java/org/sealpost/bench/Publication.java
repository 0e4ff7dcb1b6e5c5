package org.sealpost.bench;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// One MQTT PUBLISH at QoS 1, encoded but for its packet id (MQTT 3.1.1 §3.3). Encoded once and sent often, so that the
/// generator takes little of the processor that it shares with the server it measures.
final class Publication {
    private static final int PUBLISH_QOS_1 = 0x32;

    private final String topic;
    private final byte[] frame;
    private final int idAt;

    private Publication(String topic, byte[] frame, int idAt) {
        this.topic = topic;
        this.frame = frame;
        this.idAt = idAt;
    }

    static Publication of(String topic, byte[] payload) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length > 65_535) throw new IllegalArgumentException("topic: 1 to 65535 bytes");
        var out = new ByteArrayOutputStream(payload.length + name.length + 9);
        out.write(PUBLISH_QOS_1);
        int remaining = 2 + name.length + 2 + payload.length;
        do {
            int digit = remaining & 0x7f;
            remaining >>>= 7;
            out.write(remaining > 0 ? digit | 0x80 : digit);
        } while (remaining > 0);
        out.write(name.length >>> 8);
        out.write(name.length);
        out.writeBytes(name);
        int idAt = out.size();
        out.writeBytes(new byte[2]);
        out.writeBytes(payload);
        return new Publication(topic, out.toByteArray(), idAt);
    }

    String topic() {
        return topic;
    }

    int sizeBytes() {
        return frame.length;
    }

    /// @param packetId 1 to 65535, not in use on this connection
    void writeTo(ByteBuf out, int packetId) {
        int at = out.writerIndex();
        out.writeBytes(frame);
        out.setShort(at + idAt, packetId);
    }
}
