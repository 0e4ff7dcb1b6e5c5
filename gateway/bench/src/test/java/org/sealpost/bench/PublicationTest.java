package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicationTest {
    /// Around every length at which the remaining length takes another byte. Read back by a decoder nobody here wrote.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 113, 114, 115, 512, 16_369, 16_370, 16_371, 70_000, 2_097_138, 2_097_139})
    void aDecoderReadsWhatWasMeant(int size) {
        var payload = new byte[size];
        for (int i = 0; i < size; i++) payload[i] = (byte) (i * 31);
        var publication = Publication.of("records/µ", payload);
        var out = Unpooled.buffer();
        publication.writeTo(out, 1);
        publication.writeTo(out, 0xfedc);
        assertEquals(2 * publication.sizeBytes(), out.readableBytes());

        var channel = new EmbeddedChannel(new MqttDecoder(3 << 20));
        channel.writeInbound(out);
        for (int id : new int[] {1, 0xfedc}) {
            MqttPublishMessage read = channel.readInbound();
            assertEquals("records/µ", read.variableHeader().topicName());
            assertEquals(id, read.variableHeader().packetId());
            assertEquals(MqttQoS.AT_LEAST_ONCE, read.fixedHeader().qosLevel());
            assertArrayEquals(payload, ByteBufUtil.getBytes(read.payload()));
            read.release();
        }
    }

    @Test
    void aTopicHasALength() {
        assertThrows(IllegalArgumentException.class, () -> Publication.of("", new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> Publication.of("x".repeat(65_536), new byte[1]));
    }
}
