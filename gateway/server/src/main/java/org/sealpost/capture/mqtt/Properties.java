package org.sealpost.capture.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.sealpost.record.Source;

/// Reads the properties of MQTT 5 that mean something here.
final class Properties {
    static final String KEY = "idempotency-key";

    private Properties() {}

    static Optional<Integer> number(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof MqttProperties.IntegerProperty property
                ? Optional.of(property.value())
                : Optional.empty();
    }

    static Optional<String> text(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof MqttProperties.StringProperty property
                ? Optional.of(property.value())
                : Optional.empty();
    }

    /// The idempotency key that the user properties give, if they do; see [#isKeyUsable].
    static Optional<String> key(MqttProperties properties) {
        List<String> keys = keys(properties);
        return keys.isEmpty() ? Optional.empty() : Optional.of(keys.getFirst());
    }

    /// Whether the user properties give no idempotency key, or one that can be used. Two would let the client and
    /// us disagree about which counts.
    static boolean isKeyUsable(MqttProperties properties) {
        List<String> keys = keys(properties);
        return keys.isEmpty() || keys.size() == 1 && Source.isKey(keys.getFirst());
    }

    private static List<String> keys(MqttProperties properties) {
        return properties.getProperties(MqttProperties.USER_PROPERTY).stream()
                .map(property -> (MqttProperties.StringPair) property.value())
                .filter(pair -> pair.key.equalsIgnoreCase(KEY))
                .map(pair -> pair.value)
                .toList();
    }

    static boolean isMediaType(String value) {
        return !value.isBlank() && value.length() <= 255 && value.chars().noneMatch(Character::isISOControl);
    }

    static boolean isUtf8(byte[] payload) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
