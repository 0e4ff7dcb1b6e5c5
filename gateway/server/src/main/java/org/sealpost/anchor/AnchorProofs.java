package org.sealpost.anchor;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalEntry;
import org.sealpost.journal.JournalFull;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;

/// The proofs of one origin's heads on one anchorage, in a journal of their own, `proofs-<name>` (docs/formats.md §11).
///
/// What is damaged counts as not there, and may be written again: a chain gives most proofs twice. So may what
/// the disk fails to give, but that is not forgotten: it may give it the next time, and a time stamp is nowhere
/// else. What the journal gave up and is still needed stands in a second one, `proved-<name>`
/// ([ProvedEntries]). The relay's thread writes; any thread reads. The journals stay the caller's to close.
public final class AnchorProofs {
    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = AnchorProof.MAX_SIZE_BYTES + ProofEntry.MAX_SIZE_BYTES;

    /// Of the kind of the journal of what is kept, before the name of the anchorage.
    public static final String KEPT_PREFIX = "proved-";

    /// What that must have room for in an entry.
    public static final int MAX_KEPT_ENTRY_SIZE_BYTES = ProvedEntries.largest(MAX_ENTRY_SIZE_BYTES);

    private final String name;
    private final Journal journal;
    private final Optional<ProvedEntries> kept;

    // Where they stand: an index in the journal, or by [#keptAt] a position in that of what is kept.
    private final EntriesBySize proofs = new EntriesBySize();
    private final Map<Hash, Long> shared = new ConcurrentHashMap<>();

    // Which of them the disk failed to give when they were last read.
    private final Set<Long> unreadProofs = ConcurrentHashMap.newKeySet();
    private final Set<Hash> unreadParts = ConcurrentHashMap.newKeySet();

    // Written by the relay's thread, read by any.
    private volatile Optional<OriginId> origin = Optional.empty();

    private AnchorProofs(String name, Journal journal, Optional<ProvedEntries> kept) {
        this.name = name;
        this.journal = journal;
        this.kept = kept;
    }

    /// Reads what the journal names, and no proof itself.
    ///
    /// @param name of the anchorage, as the operator calls it
    /// @param journal with room for entries of [#MAX_ENTRY_SIZE_BYTES]
    /// @throws IOException if the journal cannot be read, or holds something else
    public static AnchorProofs open(String name, Journal journal) throws IOException {
        return open(name, journal, Optional.empty());
    }

    /// The same of a journal that may have given up its oldest entries.
    ///
    /// @param kept with room for entries of [#MAX_KEPT_ENTRY_SIZE_BYTES]; empty where none ever is given up
    public static AnchorProofs open(String name, Journal journal, Optional<Journal> kept) throws IOException {
        var opened = new AnchorProofs(name, journal, kept.map(ProvedEntries::new));
        if (opened.kept.isPresent()) {
            opened.kept.get().requireOf(journal);
            opened.kept.get().scan((position, of) -> opened.follow(of.entry(), of.index(), keptAt(position)));
        }
        long first = journal.firstIndex();
        if (first > 0 && opened.origin.isEmpty()) {
            throw new IOException("the journal of proofs begins with entry " + first + ", and what was kept of those"
                    + " before is missing: bring the folder " + KEPT_PREFIX + "NAME back");
        }
        journal.scanLeaves(first, Integer.MAX_VALUE, (index, leaf) -> opened.follow(decode(leaf, index), index, index));
        if (journal.size() > 0 && opened.origin.isEmpty())
            throw new IOException("the journal of proofs has no entry 0");
        return opened;
    }

    static long keptAt(long position) {
        return -position - 1;
    }

    /// @param at where it is to be looked for
    private void follow(ProofEntry entry, long index, long at) throws IOException {
        if (entry instanceof ProofEntry.Opened != (index == 0)) {
            throw new IOException("entry " + index + " of a journal of proofs does not follow from those before it");
        }
        switch (entry) {
            case ProofEntry.Opened(var relay, var of) -> {
                if (!relay.equals(name)) {
                    throw new IOException("the journal has the proofs of relay " + relay + ", expected " + name);
                }
                origin = Optional.of(of);
            }
            case ProofEntry.Proof proof -> {
                proofs.put(proof.size(), at);
                unreadProofs.remove(proof.size());
            }
            case ProofEntry.Shared(var body) -> {
                shared.put(body, at);
                unreadParts.remove(body);
            }
        }
    }

    static ProofEntry decode(byte[] leaf, long index) throws IOException {
        try {
            return ProofEntry.read(leaf);
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of a journal of proofs: " + e.getMessage(), e);
        }
    }

    /// Whose heads they are of; empty as long as there is no proof.
    Optional<OriginId> origin() {
        return origin;
    }

    // --- writing, by the relay

    /// Makes the proof of a head durable, each shared part of it before that, and once.
    ///
    /// @param block of the place that it is a proof of; empty where the proof is itself the anchor
    /// @return where the proof itself stands: its entry, and its SHA-256
    /// @throws JournalFull if there is no room; the proof is not there then, and may be written later
    Place write(OriginId of, long size, Hash root, Optional<Hash> block, AnchorProof proof) throws IOException {
        if (origin.isEmpty()) append(new ProofEntry.Opened(name, of), new byte[0]);
        if (!origin.equals(Optional.of(of))) {
            throw new IllegalStateException("the proofs of " + name + " are of origin id " + origin + ", the head's is "
                    + of + ": each origin has journals of its own");
        }
        var names = new ArrayList<Hash>();
        for (var part : proof.shared()) {
            var partName = sha256(part);
            if (!shared.containsKey(partName) || unreadParts.contains(partName))
                append(new ProofEntry.Shared(partName), part);
            names.add(partName);
        }
        byte[] body = proof.bytes();
        var entry = new ProofEntry.Proof(size, root, block, sha256(body), names);
        return new Place(append(entry, body), entry.body());
    }

    private long append(ProofEntry entry, byte[] body) throws IOException {
        long index = journal.append(entry.toBytes(), body);
        journal.force();
        follow(entry, index, index);
        return index;
    }

    /// Gives up the oldest segment of the journal, if all that it proves is of heads that were given up or are to be
    /// kept, and keeps what is still needed of it.
    ///
    /// @param below  heads of smaller sizes only are decided about
    /// @param counts whether the head of such a size is kept
    /// @return whether one was given up; never where nothing can be kept
    boolean giveUpOldest(long below, LongPredicate counts) throws IOException {
        return kept.isPresent() && new ProofThinning(journal, kept.get(), proofs, shared).giveUpOldest(below, counts);
    }

    // --- reading, by anybody

    /// The size of the largest head that there is a proof of; 0 if there is none. Asks no disk.
    public long largest() {
        return proofs.largest();
    }

    /// Whether there is a proof of the head of this size, as far as nobody found it unreadable.
    boolean has(long size) {
        return proofs.at(size).isPresent() && !unreadProofs.contains(size);
    }

    /// The proof of a final head; empty if there is none that can be read, or it is of another block than the head is
    /// in by now.
    public Optional<AnchorProof> of(FinalHead head) {
        Optional<Kept> found;
        try {
            found = read(head.size());
        } catch (IOException mayBeReadAgain) {
            return Optional.empty();
        }
        if (found.isEmpty()) return Optional.empty();
        var entry = found.get().entry;
        boolean isOfPlace = entry.block().map(head.place().block()::equals).orElse(true);
        if (entry.root().equals(head.root()) && isOfPlace) return Optional.of(found.get().proof);
        proofs.forget(head.size(), found.get().at);
        return Optional.empty();
    }

    /// What is there of an anchorage whose proofs are themselves the anchors, and kept nowhere else: what
    /// [Anchorage#find] of such a one answers. Each is final.
    ///
    /// @throws IOException if the disk fails to give one: nothing else tells what was anchored
    public Finding find(OriginId of, long size, Hash root) throws IOException {
        if (!origin.equals(Optional.of(of))) return Finding.Absent.EMPTY;
        var found = read(size);
        if (found.isPresent()) {
            var entry = found.get().entry;
            return entry.root().equals(root)
                    ? new Finding.Present(new Place(found.get().index, entry.body()), true)
                    : new Finding.Conflict(entry.root());
        }
        for (long newest = proofs.largest(); newest > 0; newest = proofs.before(newest)) {
            var kept = read(newest);
            if (kept.isEmpty()) continue;
            return newest > size
                    ? new Finding.Covered(newest, kept.get().entry.root())
                    : new Finding.Absent(newest, kept.get().entry.root());
        }
        return Finding.Absent.EMPTY;
    }

    /// @param at    where it was found, as in `proofs`
    /// @param index in the journal, also where that gave it up
    private record Kept(long at, long index, ProofEntry.Proof entry, AnchorProof proof) {}

    /// @throws IOException if the disk fails to give it; then it is owed again, and stays
    private Optional<Kept> read(long size) throws IOException {
        for (var at = proofs.at(size); at.isPresent(); at = proofs.at(size)) {
            try {
                var whole = whole(at.getAsLong());
                if (whole.isPresent()) {
                    unreadProofs.remove(size);
                    return whole;
                }
            } catch (IOException e) {
                unreadProofs.add(size);
                throw e;
            }
            // Unless it was given up under the reader's hands, and stands elsewhere by now.
            proofs.forget(size, at.getAsLong());
        }
        return Optional.empty();
    }

    private Optional<Kept> whole(long at) throws IOException {
        var found = undamaged(at);
        if (found.isEmpty()) return Optional.empty();
        byte[] body = found.get().body();
        if (!(decode(found.get().leaf(), found.get().index()) instanceof ProofEntry.Proof entry)
                || !entry.body().equals(sha256(body))) {
            return Optional.empty();
        }
        var parts = new ArrayList<byte[]>();
        for (var part : entry.shared()) {
            var bytes = part(part);
            if (bytes.isEmpty()) return Optional.empty();
            parts.add(bytes.get());
        }
        return Optional.of(new Kept(at, found.get().index(), entry, new AnchorProof(body, parts)));
    }

    private Optional<byte[]> part(Hash part) throws IOException {
        for (var at = shared.get(part); at != null; at = shared.get(part)) {
            Optional<byte[]> bytes;
            try {
                bytes = undamaged(at)
                        .map(JournalEntry::body)
                        .filter(body -> sha256(body).equals(part));
            } catch (IOException e) {
                unreadParts.add(part); // as below
                throw e;
            }
            if (bytes.isPresent()) {
                unreadParts.remove(part);
                return bytes;
            }
            shared.remove(part, at); // it is written again with the next proof that names it
        }
        return Optional.empty();
    }

    /// Whoever asks does without, and the proof is fetched anew: damage here ends nothing.
    ///
    /// @throws IOException if the disk does not give it: that says nothing about what lies there
    private Optional<JournalEntry> undamaged(long at) throws IOException {
        try {
            var found = at < 0 ? kept.orElseThrow().read(keptAt(at)) : journal.read(at);
            return Optional.of(found).filter(JournalEntry::hasBody);
        } catch (JournalDamaged damaged) {
            return Optional.empty();
        } catch (IndexOutOfBoundsException gone) { // given up meanwhile
            return Optional.empty();
        }
    }

    private static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
