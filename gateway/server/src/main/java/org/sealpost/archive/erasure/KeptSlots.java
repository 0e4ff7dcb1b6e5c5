package org.sealpost.archive.erasure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Slot;

/// What an order of form [ErasureForm#BODY] keeps of one entry, and how many of them lie in its body
/// (docs/formats.md §18).
///
/// @param slots in the order of [Slot#LABELS]
public record KeptSlots(long index, List<KeptSlot> slots) {
    /// The most that one of them takes.
    static final int MAX_BYTES = 1 + 9 + 1 + 4 * (1 + 2 * 34);

    static final int MAX_BODY_BYTES = 1 << 20;

    /// So many fit into a body, whatever their indexes are.
    static final int MAX_COUNT = (MAX_BODY_BYTES - 5) / MAX_BYTES;

    public KeptSlots {
        slots = List.copyOf(slots);
        if (slots.size() != Slot.LABELS.size()) {
            throw new IllegalArgumentException("%d slots, expected %d".formatted(slots.size(), Slot.LABELS.size()));
        }
    }

    /// @throws CborMalformed if a slot of this body is not there
    static KeptSlots of(long index, Body body) throws CborMalformed {
        var kept = new ArrayList<KeptSlot>();
        for (int place = 0; place < body.slots().size(); place++) {
            if (!(body.slots().get(place) instanceof Slot.Shown shown)) {
                throw new CborMalformed(0, "slot " + place + " is withheld");
            }
            kept.add(new KeptSlot(shown.salt(), shown.digest(Slot.LABELS.get(place))));
        }
        return new KeptSlots(index, kept);
    }

    /// The body with all of its slots withheld: evidence can be made of it.
    public Body withheld() {
        return new Body(IntStream.range(0, slots.size())
                .<Slot>mapToObj(place -> new Slot.Withheld(slots.get(place).digest()))
                .toList());
    }

    static byte[] encode(List<KeptSlots> all) {
        var out = new CborWriter(all.size() * MAX_BYTES + 16).array(all.size());
        for (var entry : all) {
            out.array(2).integer(entry.index).array(entry.slots.size());
            for (var slot : entry.slots) out.array(2).bytes(slot.salt()).bytes(slot.digest());
        }
        return out.toBytes();
    }

    static List<KeptSlots> parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        int count = in.array(MAX_COUNT * 2);
        var all = new ArrayList<KeptSlots>(count);
        long last = -1;
        for (int i = 0; i < count; i++) {
            long index = in.arrayOf(2).unsigned("index", last + 1, Long.MAX_VALUE);
            in.arrayOf(Slot.LABELS.size());
            var slots = new ArrayList<KeptSlot>();
            for (int place = 0; place < Slot.LABELS.size(); place++) {
                slots.add(new KeptSlot(in.arrayOf(2).fixed(Slot.SALT_SIZE), in.fixed(Slot.SALT_SIZE)));
            }
            all.add(new KeptSlots(index, slots));
            last = index;
        }
        in.end();
        return all;
    }
}
