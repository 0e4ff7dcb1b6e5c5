package org.sealpost.capture.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.record.Content;
import org.sealpost.record.SourceKind;

/// Makes a record of a PUBLISH, or says why none can be made. One for each connection, on its event loop.
final class PublishReader {
    private final MqttConnection connection;
    private @Nullable Topic lastTopic;

    PublishReader(MqttConnection connection) {
        this.connection = connection;
    }

    /// Copies the payload; the message stays the caller's.
    Publication read(MqttPublishMessage message, String client, int packetId) {
        MqttProperties properties = message.variableHeader().properties();
        Topic topic = topic(message.variableHeader().topicName());
        if (topic == null) return refused(packetId, Reason.TOPIC_NAME_INVALID, "topic: " + Topic.FORM);
        byte[] payload = new byte[message.payload().readableBytes()];
        message.payload().readBytes(payload);
        if (properties.isEmpty()) {
            var record = captured(client, topic, topic.key(), Content.UNKNOWN_TYPE, payload);
            return new Publication(connection, packetId, record);
        }
        return read(properties, client, topic, payload, packetId);
    }

    private Publication read(MqttProperties properties, String client, Topic topic, byte[] payload, int packetId) {
        Optional<String> key = Properties.key(properties);
        if (!Properties.isKeyUsable(properties)
                || key.isPresent() && topic.key().isPresent() && !key.equals(topic.key())) {
            return refused(
                    packetId,
                    Reason.UNSPECIFIED,
                    "idempotency-key: one, of 1 to 255 characters, and the same as in the topic if there is one");
        }
        String mediaType =
                Properties.text(properties, MqttProperties.CONTENT_TYPE).orElse(Content.UNKNOWN_TYPE);
        if (!Properties.isMediaType(mediaType)) {
            return refused(packetId, Reason.UNSPECIFIED, "content type: 1 to 255 printable characters");
        }
        if (Properties.number(properties, MqttProperties.PAYLOAD_FORMAT_INDICATOR)
                                .orElse(0)
                        == 1
                && !Properties.isUtf8(payload)) {
            return refused(packetId, Reason.PAYLOAD_FORMAT_INVALID, "payload: declared as UTF-8, which it is not");
        }
        var record = captured(client, topic, key.or(topic::key), mediaType, payload);
        return new Publication(connection, packetId, record);
    }

    static CapturedRecord captured(String client, Topic topic, Optional<String> key, String mediaType, byte[] payload) {
        return new CapturedRecord(SourceKind.MQTT, client, key, topic.name(), topic.profile(), mediaType, payload);
    }

    private Publication refused(int packetId, int reason, String text) {
        return Publication.refused(connection, packetId, reason, text);
    }

    /// Most clients publish to one topic, so the last one is remembered.
    private @Nullable Topic topic(String name) {
        Topic last = lastTopic;
        if (last != null && last.name().equals(name)) return last;
        Topic topic = Topic.parse(name).orElse(null);
        if (topic != null) lastTopic = topic;
        return topic;
    }
}
