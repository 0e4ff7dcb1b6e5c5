package org.sealpost.evidence.anchor.fabric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a call read and wrote of the keys of one chaincode.
final class KeySet {
    private static final int KEYS_AND_VALUES = 0;

    private final String namespace;
    private final boolean collections;
    private final ProtoMessage set;

    private KeySet(ProtoMessage ofNamespace) throws DoesNotHold {
        namespace = ofNamespace.text(1);
        collections = !ofNamespace.all(3).isEmpty();
        set = ProtoMessage.ofRepeated("what a call read and wrote", ofNamespace.bytes(2), Set.of(1, 2, 3, 4));
    }

    /// Those of each chaincode that took part, each once.
    static List<KeySet> of(byte[] results) throws DoesNotHold {
        var all = ProtoMessage.ofRepeated("what a call read and wrote", results, Set.of(2), 1);
        if (all.number(1) != KEYS_AND_VALUES) throw all.wrong("is not keys and values");
        var sets = new ArrayList<KeySet>();
        var namespaces = new HashSet<String>();
        for (var bytes : all.all(2)) {
            var keys = new KeySet(ProtoMessage.ofRepeated("what a call read and wrote", bytes, Set.of(3), 1, 2));
            if (!namespaces.add(keys.namespace)) throw all.wrong("has a chaincode twice");
            sets.add(keys);
        }
        return sets;
    }

    /// The chaincode's name.
    String namespace() {
        return namespace;
    }

    /// Whether it wrote nothing: no key, no key's metadata; and touched no private collection.
    boolean wroteNothing() throws DoesNotHold {
        return !collections && set.all(3).isEmpty() && set.all(4).isEmpty();
    }

    /// The one place, block and transaction, that wrote what the call read, if it read this key and nothing
    /// else.
    Optional<Place> onlyRead(String key) throws DoesNotHold {
        var reads = set.all(1);
        if (reads.size() != 1 || !set.all(2).isEmpty()) return Optional.empty();
        var read = ProtoMessage.of("a key that was read", reads.getFirst(), 1, 2);
        var version = read.optional(2);
        if (!read.text(1).equals(key) || version.isEmpty()) return Optional.empty();
        var place = ProtoMessage.of("a key's version", version.get(), 1, 2);
        return Optional.of(new Place(place.number(1), place.number(2)));
    }

    /// What the call wrote to a key, if it wrote it, once, and did not delete it.
    Optional<byte[]> written(String key) throws DoesNotHold {
        Optional<byte[]> value = Optional.empty();
        for (var bytes : set.all(3)) {
            var write = ProtoMessage.of("a key that was written", bytes, 1, 2, 3);
            if (!write.text(1).equals(key)) continue;
            if (value.isPresent()) throw write.wrong("is there twice");
            if (write.number(2) != 0) throw write.wrong("was deleted");
            value = Optional.of(write.bytes(3));
        }
        return value;
    }

    /// @param block       its number
    /// @param transaction its position in the block, from 0
    record Place(long block, long transaction) {
        @Override
        public String toString() {
            return "block " + Long.toUnsignedString(block) + ", transaction " + Long.toUnsignedString(transaction);
        }
    }
}
