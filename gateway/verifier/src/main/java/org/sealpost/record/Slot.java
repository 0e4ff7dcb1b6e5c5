package org.sealpost.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/// One part of a body with a salt of its own, so that it can be shown or withheld alone (docs/formats.md §3).
public sealed interface Slot {
    int SALT_SIZE = 32;
    int SOURCE = 0;
    int CLOCK = 1;
    int CONTENT = 2;
    int REFERENCES = 3;

    /// The labels of the slots that every body has; a slot's position is its meaning.
    List<String> LABELS = List.of("source", "clock", "content", "references");

    /// 32 bytes: what the commitment holds of this slot.
    byte[] digest(String label);

    /// What is hashed before salt and bytes: tag, length of the label, label.
    static byte[] digestPrefix(String label) {
        var utf8 = label.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > 255) throw new IllegalArgumentException("label longer than 255 bytes");
        var tag = "sealpost-slot-v1".getBytes(StandardCharsets.US_ASCII);
        var prefix = Arrays.copyOf(tag, tag.length + 1 + utf8.length);
        prefix[tag.length] = (byte) utf8.length;
        System.arraycopy(utf8, 0, prefix, tag.length + 1, utf8.length);
        return prefix;
    }

    /// A slot with its salt and bytes. Owns both arrays: nobody changes them.
    record Shown(byte[] salt, byte[] bytes) implements Slot {
        public Shown {
            if (salt.length != SALT_SIZE) throw new IllegalArgumentException("a salt has 32 bytes, not " + salt.length);
        }

        @Override
        public byte[] digest(String label) {
            return digest(label, Body.sha256());
        }

        byte[] digest(String label, MessageDigest sha256) {
            sha256.update(digestPrefix(label));
            sha256.update(salt);
            return sha256.digest(bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Shown that && Arrays.equals(salt, that.salt) && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(salt);
        }
    }

    /// A slot of which only the digest is given.
    record Withheld(byte[] value) implements Slot {
        public Withheld {
            if (value.length != 32) throw new IllegalArgumentException("a digest has 32 bytes, not " + value.length);
            value = value.clone();
        }

        @Override
        public byte[] value() {
            return value.clone();
        }

        @Override
        public byte[] digest(String label) {
            return value.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Withheld that && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }
}
