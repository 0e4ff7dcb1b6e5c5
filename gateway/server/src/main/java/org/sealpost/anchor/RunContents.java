package org.sealpost.anchor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.journal.Journal;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborWriter;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.seal.Leaves;

/// What is published of a run of records: made from the log, and made again with the same bytes.
final class RunContents {
    private static final int MOST_BYTES_OF_A_HEAD = 9;

    private final Leaves leaves;
    private final Journal entries;
    private final Set<Long> gone = new HashSet<>();

    /// @param leaves  also of entries that were given up
    /// @param entries of the log
    RunContents(Leaves leaves, Journal entries) {
        this.leaves = leaves;
        this.entries = entries;
    }

    /// The commitments of consecutive records, as their leaves have them: they are salted.
    ///
    /// @return empty if one of these entries is no record
    Optional<byte[]> commitments(long first, int count) throws IOException {
        var content = new ByteArrayOutputStream(32 * count);
        for (long index = first; index < first + count; index++) {
            try {
                if (!(Leaf.parse(leaves.leaf(index)) instanceof HeaderLeaf leaf)) return Optional.empty();
                content.writeBytes(leaf.commitment().toBytes());
            } catch (CborMalformed e) {
                throw malformed(index, e);
            }
        }
        return Optional.of(content.toByteArray());
    }

    /// Payloads of consecutive records, as many of the first as there is room for; one, if not even that has room.
    ///
    /// @param count   of them
    /// @param content CBOR `[* bstr]`, in each the bytes of the record's slot "content" (docs/formats.md §3.3)
    record Payloads(int count, byte[] content) {}

    /// @param maxBytes of the content
    /// @return empty if the first has no payload any more: from then on [#isGone] says so
    Optional<Payloads> payloads(long first, int count, int maxBytes) throws IOException {
        List<byte[]> all = new ArrayList<>();
        int size = MOST_BYTES_OF_A_HEAD;
        for (long index = first; index < first + count; index++) {
            var payload = payload(index);
            if (payload.isEmpty()) {
                gone.add(index);
                break;
            }
            size += MOST_BYTES_OF_A_HEAD + payload.get().length;
            if (size > maxBytes && !all.isEmpty()) break;
            all.add(payload.get());
        }
        if (all.isEmpty()) return Optional.empty();
        var out = new CborWriter(size).array(all.size());
        all.forEach(out::bytes);
        return Optional.of(new Payloads(all.size(), out.toBytes()));
    }

    private Optional<byte[]> payload(long index) throws IOException {
        if (index < entries.firstIndex()) return Optional.empty();
        var entry = entries.read(index);
        if (!entry.hasBody()) return Optional.empty();
        try {
            return Body.parse(entry.body()).slots().get(Slot.CONTENT) instanceof Slot.Shown shown
                    ? Optional.of(shown.bytes())
                    : Optional.empty();
        } catch (CborMalformed e) {
            throw malformed(index, e);
        }
    }

    /// Whether a record was found to have no payload any more, lost to damage.
    boolean isGone(long index) {
        return gone.contains(index);
    }

    private static IOException malformed(long index, CborMalformed e) {
        return new IOException("entry " + index + " is not what intake writes: " + e.getMessage(), e);
    }
}
