package org.sealpost.anchor;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.lodging.OriginId;
import org.sealpost.record.CborMalformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The requests that a relay made in the place of stuck ones, in a journal of their own, `replaced-<name>`
/// (docs/formats.md §28). A release that does not know it goes on with the first request alone.
///
/// Belongs to the relay's thread. The journal stays the caller's to close.
public final class ReplacedRequests {
    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = SignedRequest.MAX_SIZE + 256;

    /// The journal's kind, before the name.
    public static final String PREFIX = "replaced-";

    private static final Logger LOG = LoggerFactory.getLogger(ReplacedRequests.class);

    private final String name;
    private final Journal journal;
    private final Replacements newest = new Replacements();
    private Optional<OriginId> origin = Optional.empty();

    private ReplacedRequests(String name, Journal journal) {
        this.name = name;
        this.journal = journal;
    }

    /// @param name    of the anchorage, as the operator calls it
    /// @param journal with room for entries of [#MAX_ENTRY_SIZE_BYTES]
    /// @throws IOException if the journal cannot be read, or holds something else
    public static ReplacedRequests open(String name, Journal journal) throws IOException {
        var opened = new ReplacedRequests(name, journal);
        // What was given up began with entry 0.
        journal.scanLeaves(
                journal.firstIndex(), Integer.MAX_VALUE, (index, leaf) -> opened.follow(decode(leaf, index), index));
        return opened;
    }

    private void follow(ReplacedEntry entry, long index) throws IOException {
        if (entry instanceof ReplacedEntry.Opened != (index == 0)) {
            throw new IOException(
                    "entry " + index + " of a journal of replaced requests does not follow from those" + " before it");
        }
        switch (entry) {
            case ReplacedEntry.Opened(var relay, var of) -> {
                if (!relay.equals(name)) {
                    throw new IOException("the journal has the requests of relay " + relay + ", expected " + name);
                }
                origin = Optional.of(of);
            }
            case ReplacedEntry.Replaced replaced -> newest.apply(replaced);
        }
    }

    private static ReplacedEntry decode(byte[] leaf, long index) throws IOException {
        try {
            return ReplacedEntry.read(leaf);
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of a journal of replaced requests: " + e.getMessage(), e);
        }
    }

    /// The fold, which goes on by [Replacements#apply] once what was written is heard of.
    Replacements newest() {
        return newest;
    }

    /// Makes it durable, and gives up what is of earlier requests.
    ///
    /// @throws IOException also if the journal is another origin's
    void write(OriginId of, ReplacedEntry.Replaced entry) throws IOException {
        if (origin.isPresent() && !origin.get().equals(of)) {
            throw new IOException("the journal " + PREFIX + name + " is of origin id " + origin.get() + ", expected "
                    + of + ": move it away");
        }
        if (journal.size() == 0) {
            var opened = new ReplacedEntry.Opened(name, of);
            journal.append(opened.toBytes(), new byte[0]);
            origin = Optional.of(of);
        }
        boolean isFirst = !newest.has(entry.first());
        journal.append(entry.toBytes(), new byte[0]);
        journal.force();
        if (isFirst) giveUpBelow(journal.size() - 1);
    }

    /// What only saves room ends nothing, and the entry is durable: a failure is logged, and the next one makes
    /// up for it.
    private void giveUpBelow(long index) {
        try {
            journal.recycle(index);
        } catch (IOException | JournalDamaged e) {
            LOG.error("requests that relay {} no longer has under way are not given up: {}", name, e.getMessage());
        }
    }
}
