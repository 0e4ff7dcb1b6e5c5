package org.sealpost.evidence.anchor.fabric;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One message of protocol buffers (proto3), as far as Fabric's need it: numbers and byte strings.
///
/// Bytes that two readers could take for different messages are refused: a number not in its shortest form, a
/// field twice that stands once, wire types that no message of Fabric's uses. Where everything in a message has
/// a meaning for what is proved, fields that we do not know are refused, too. Lengths are held against what is
/// there, and nothing is copied before it is asked for. Immutable; the array is read in place and stays the
/// caller's, unchanged.
final class ProtoMessage {
    private static final int MAX_FIELDS = 4096;
    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private final String name;
    private final byte[] input;
    private final List<Field> fields = new ArrayList<>();
    private int position;

    /// @param value of a number; of bytes, where they begin
    private record Field(int number, int wireType, long value, int length) {}

    private ProtoMessage(String name, byte[] input) throws DoesNotHold {
        this.name = name;
        this.input = input;
        while (position < input.length) fields.add(field());
    }

    /// A message with these fields, each once at most, and no others.
    ///
    /// @param name for messages
    static ProtoMessage of(String name, byte[] input, int... known) throws DoesNotHold {
        return ofRepeated(name, input, Set.of(), known);
    }

    /// A message with these fields and no others.
    ///
    /// @param name     for messages
    /// @param repeated those that may stand there any number of times
    /// @param once     those that stand there once at most, whether they are asked for or not
    static ProtoMessage ofRepeated(String name, byte[] input, Set<Integer> repeated, int... once) throws DoesNotHold {
        var message = new ProtoMessage(name, input);
        var found = new HashSet<Integer>();
        for (var field : message.fields) {
            if (repeated.contains(field.number)) continue;
            if (Arrays.stream(once).noneMatch(number -> number == field.number)) {
                throw message.wrong("has a field " + field.number + " that is not known");
            }
            if (!found.add(field.number)) throw message.wrong("has field " + field.number + " twice");
        }
        return message;
    }

    /// A message of which only what is asked for matters; what else it has is read over.
    static ProtoMessage amongOthers(String name, byte[] input) throws DoesNotHold {
        return new ProtoMessage(name, input);
    }

    /// A field that stands once at most, and is empty where it does not.
    byte[] bytes(int number) throws DoesNotHold {
        return optional(number).orElseGet(() -> new byte[0]);
    }

    /// A field that stands once at most.
    Optional<byte[]> optional(int number) throws DoesNotHold {
        var all = all(number);
        if (all.size() > 1) throw wrong("has field " + number + " twice");
        return all.stream().findFirst();
    }

    /// The values of a repeated field, or the entries of a map, in their order.
    List<byte[]> all(int number) throws DoesNotHold {
        var all = new ArrayList<byte[]>();
        for (var field : fields) {
            if (field.number != number) continue;
            if (field.wireType != BYTES) throw wrong("has a number for field " + number);
            all.add(Arrays.copyOfRange(input, (int) field.value, (int) field.value + field.length));
        }
        return all;
    }

    /// A text that stands once at most; what is not UTF-8 in it equals no text of ours.
    String text(int number) throws DoesNotHold {
        return new String(bytes(number), StandardCharsets.UTF_8);
    }

    /// A number that stands once at most, and is 0 where it does not. Above 2^63−1 it is negative.
    long number(int number) throws DoesNotHold {
        long value = 0;
        boolean found = false;
        for (var field : fields) {
            if (field.number != number) continue;
            if (field.wireType != VARINT) throw wrong("has bytes for field " + number);
            if (found) throw wrong("has field " + number + " twice");
            found = true;
            value = field.value;
        }
        return value;
    }

    /// The value of a map's entry (field 1 the key, field 2 the value) that stands once at most.
    Optional<byte[]> entry(int map, String key) throws DoesNotHold {
        Optional<byte[]> value = Optional.empty();
        for (var bytes : all(map)) {
            var entry = of(name, bytes, 1, 2);
            if (!entry.text(1).equals(key)) continue;
            if (value.isPresent()) throw wrong("has " + key + " twice");
            value = Optional.of(entry.bytes(2));
        }
        return value;
    }

    DoesNotHold wrong(String what) {
        return new DoesNotHold(name + " " + what);
    }

    private Field field() throws DoesNotHold {
        if (fields.size() == MAX_FIELDS) throw wrong("has more than " + MAX_FIELDS + " fields");
        long tag = varint();
        int wireType = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 3 > 0x1fff_ffff) throw wrong("is not a message of protocol buffers");
        int number = (int) (tag >>> 3);
        long value = switch (wireType) {
            case VARINT, BYTES -> varint();
            default -> throw wrong("has a field of wire type " + wireType);
        };
        if (wireType == VARINT) return new Field(number, wireType, value, 0);
        if (value < 0 || value > input.length - position) throw wrong("has a field longer than what is left");
        var field = new Field(number, wireType, position, (int) value);
        position += (int) value;
        return field;
    }

    private long varint() throws DoesNotHold {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (position == input.length) throw wrong("ends in the middle of a field");
            int next = input[position++] & 0xff;
            value |= (long) (next & 0x7f) << shift;
            if (next > 1 && shift == 63) break;
            if (next < 0x80) {
                if (next == 0 && shift > 0) throw wrong("has a number that is not in its shortest form");
                return value;
            }
        }
        throw wrong("has a number of more than 64 bits");
    }
}
