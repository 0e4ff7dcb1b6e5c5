package org.sealpost.capture;

import java.util.Optional;
import org.sealpost.journal.JournalEntry;
import org.sealpost.profile.Profiles;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.ClockReading;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the window wants to know of an entry, without reading the rest of it.
///
/// @param isStart whether a run of the box begins with it
record EntryKey(Source source, ClockReading clock, boolean isStart) {
    private static final Logger LOG = LoggerFactory.getLogger(EntryKey.class);

    /// Empty for the genesis and hand-overs, which have no body, for bodies that are gone, and for what no box writes:
    /// nobody was answered for that, so nobody repeats it, and a start must not end at it.
    static Optional<EntryKey> of(JournalEntry entry) {
        if (!entry.hasBody() || entry.body().length == 0) return Optional.empty();
        try {
            var in = new CborReader(entry.body());
            in.array(Body.MAX_SLOTS);
            in.arrayOf(2).fixed(Slot.SALT_SIZE);
            var source = Source.parse(in.bytes(Integer.MAX_VALUE));
            in.arrayOf(2).fixed(Slot.SALT_SIZE);
            var clock = ClockReading.parse(in.bytes(Integer.MAX_VALUE));
            boolean start = Leaf.parse(entry.leaf()) instanceof HeaderLeaf leaf
                    && leaf.profile().equals(Profiles.START);
            return Optional.of(new EntryKey(source, clock, start));
        } catch (CborMalformed e) {
            LOG.warn("entry {}: not as this box writes it, so it has no key: {}", entry.index(), e.getMessage());
            return Optional.empty();
        }
    }
}
