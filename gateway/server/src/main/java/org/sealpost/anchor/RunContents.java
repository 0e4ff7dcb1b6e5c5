package org.sealpost.anchor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.lodging.Publication;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborWriter;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.seal.Leaves;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is published of a run of records: made from the log, and made again with the same bytes.
final class RunContents {
    private static final Logger LOG = LoggerFactory.getLogger(RunContents.class);

    private static final int MOST_BYTES_OF_A_HEAD = 9;

    private final Leaves leaves;
    private final Journal entries;

    // Written by the relay's thread, read by any.
    private final Set<Long> gone = ConcurrentHashMap.newKeySet();

    /// @param leaves  also of entries that were given up
    /// @param entries of the log
    RunContents(Leaves leaves, Journal entries) {
        this.leaves = leaves;
        this.entries = entries;
    }

    /// What is published of consecutive records.
    ///
    /// @param count of them: fewer than asked for where the next one is gone, or has no room
    record Content(int count, byte[] bytes) {}

    /// The commitments of consecutive records, as their leaves have them: they are salted.
    ///
    /// @return empty if the first one's leaf is lost: from then on [#isGone] says so
    Optional<Content> commitments(long first, int count) throws IOException {
        var content = new ByteArrayOutputStream(32 * count);
        int found = 0;
        for (; found < count; found++) {
            var leaf = leaf(first + found);
            if (leaf.isEmpty()) {
                isGoneNow(first + found);
                break;
            }
            content.writeBytes(leaf.get().commitment().toBytes());
        }
        return found == 0 ? Optional.empty() : Optional.of(new Content(found, content.toByteArray()));
    }

    /// The profile of a run of records, by the first of their leaves that can be read; empty if none can. Any thread
    /// that may read disks.
    Optional<String> profile(long first, int count) {
        for (long index = first; index < first + count; index++) {
            try {
                var leaf = leaf(index);
                if (leaf.isPresent()) return leaf.map(HeaderLeaf::profile);
            } catch (IOException _) {
                // the next one says it as well
            }
        }
        return Optional.empty();
    }

    /// @return empty if it is lost to damage, or no record's
    private Optional<HeaderLeaf> leaf(long index) throws IOException {
        if (index >= leaves.size()) throw new IOException("the log has no entry " + index);
        List<byte[]> found = new ArrayList<>(1);
        try {
            leaves.scan(index, 1, (_, leaf) -> found.add(leaf));
            return found.isEmpty() || !(Leaf.parse(found.getFirst()) instanceof HeaderLeaf leaf)
                    ? Optional.empty()
                    : Optional.of(leaf);
        } catch (JournalDamaged _) {
            return Optional.empty();
        } catch (CborMalformed e) {
            throw malformed(index, e);
        }
    }

    /// Payloads of consecutive records, as many of the first as there is room for; one, if not even that has room:
    /// CBOR `[* bstr]`, in each the bytes of the record's slot "content" (docs/formats.md §3.3).
    ///
    /// @param maxBytes of the content
    /// @return empty if the first has no payload any more: from then on [#isGone] says so
    Optional<Content> payloads(long first, int count, int maxBytes) throws IOException {
        List<byte[]> all = new ArrayList<>();
        int size = MOST_BYTES_OF_A_HEAD;
        for (long index = first; index < first + count; index++) {
            var payload = payload(index);
            if (payload.isEmpty()) {
                isGoneNow(index);
                break;
            }
            size += MOST_BYTES_OF_A_HEAD + payload.get().length;
            if (size > maxBytes && !all.isEmpty()) break;
            all.add(payload.get());
        }
        if (all.isEmpty()) return Optional.empty();
        var out = new CborWriter(size).array(all.size());
        all.forEach(out::bytes);
        return Optional.of(new Content(all.size(), out.toBytes()));
    }

    private Optional<byte[]> payload(long index) throws IOException {
        if (index < entries.firstIndex()) return Optional.empty();
        try {
            var entry = entries.read(index);
            if (!entry.hasBody()) return Optional.empty();
            return Body.parse(entry.body()).slots().get(Slot.CONTENT) instanceof Slot.Shown shown
                    ? Optional.of(shown.bytes())
                    : Optional.empty();
        } catch (JournalDamaged _) {
            return Optional.empty();
        } catch (CborMalformed e) {
            throw malformed(index, e);
        }
    }

    private void isGoneNow(long index) {
        if (gone.add(index)) LOG.warn("entry {} is not published: what would be of it is not there any more", index);
    }

    /// Whether what is published of a record was found to be lost, or is a payload that the log has given up.
    /// Any thread.
    boolean isGone(Publication.Kind kind, long index) {
        return gone.contains(index) || kind != Publication.Kind.COMMITMENTS && index < entries.firstIndex();
    }

    private static IOException malformed(long index, CborMalformed e) {
        return new IOException("entry " + index + " is not what intake writes: " + e.getMessage(), e);
    }
}
