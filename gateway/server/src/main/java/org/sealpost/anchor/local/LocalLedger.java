package org.sealpost.anchor.local;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.LodgingRules.Outcome;
import org.sealpost.lodging.LodgingRules.Refusal;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// An append-only, hash-chained file of heads on this box, with the same rules as the contract on a chain. What is in
/// it is final at once, and proves nothing to anybody who does not trust this box.
///
/// One thread at a time. The journal stays the caller's to close.
public final class LocalLedger implements Anchorage {
    /// The journal's kind, and the name of its folder.
    public static final String JOURNAL = "local-ledger";

    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = 1024;

    private static final String KIND = "sealpost-local-ledger";
    private static final int VERSION = 1;
    private static final int MAX_PROOF = 128;
    /// Whatever the ledger holds by the time of the request, such a head is not taken.
    private static final Set<Refusal> OF_THE_HEAD_ITSELF = Set.of(Refusal.BAD_SIGNATURE, Refusal.BAD_HAND_OVER);

    private static final String LOOK_AT_DISK = "look at the disk of this box";

    private final Journal journal;
    private final Hash ledgerId;
    private final Map<OriginId, KeyHistory> known;
    private final Map<OriginId, Newest> newest = new HashMap<>();
    private Hash last;

    private record Newest(long size, Hash root, Place place) {}

    private LocalLedger(Journal journal, Hash ledgerId, Hash first, Map<OriginId, KeyHistory> known) {
        this.journal = journal;
        this.known = Map.copyOf(known);
        this.ledgerId = ledgerId;
        this.last = first;
    }

    /// Reads and checks the whole chain; begins a ledger with a random id if the journal is empty.
    ///
    /// @throws IOException if the journal cannot be used, holds something else, or an entry does not follow from
    ///     the one before it
    public static LocalLedger open(Journal journal) throws IOException {
        return open(journal, Map.of());
    }

    /// @param known the keys of this box's own log: its heads need not bring them where a request has no room for them
    public static LocalLedger open(Journal journal, Map<OriginId, KeyHistory> known) throws IOException {
        return open(journal, known, new SecureRandom());
    }

    /// @param random where the id of a new ledger comes from
    public static LocalLedger open(Journal journal, Map<OriginId, KeyHistory> known, RandomGenerator random)
            throws IOException {
        if (journal.size() == 0) {
            var id = new byte[Hash.SIZE];
            random.nextBytes(id);
            journal.append(
                    new CborWriter()
                            .array(3)
                            .text(KIND)
                            .integer(VERSION)
                            .bytes(id)
                            .toBytes(),
                    new byte[0]);
            journal.force();
        }
        byte[] first = journal.read(0).leaf();
        try {
            var in = new CborReader(first).arrayOf(3).expect(KIND).expect(VERSION);
            var ledger = new LocalLedger(journal, Hash.of(in.fixed(Hash.SIZE)), sha256(first), known);
            in.end();
            journal.scan(1, Integer.MAX_VALUE, entry -> ledger.follow(entry.index(), entry.leaf()));
            return ledger;
        } catch (CborMalformed e) {
            throw new IOException("the journal is not a local ledger: " + e.getMessage(), e);
        }
    }

    private void follow(long index, byte[] bytes) throws IOException {
        try {
            var entry = LocalEntry.read(bytes);
            if (!entry.previous().equals(last)) {
                throw new IOException(
                        "entry " + index + " of the local ledger follows " + entry.previous() + ", expected " + last);
            }
            take(index, bytes, entry.head());
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of the local ledger: " + e.getMessage(), e);
        }
    }

    private void take(long index, byte[] bytes, LodgeableHead head) {
        last = sha256(bytes);
        newest.put(head.originId(), new Newest(head.size(), head.root(), new Place(index, last)));
    }

    @Override
    public AnchorIdentity identity() {
        return new AnchorIdentity.Local(ledgerId);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities("at once", false, false);
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        if (judge(head, proof) instanceof Outcome.Refused(var why) && OF_THE_HEAD_ITSELF.contains(why)) {
            return new Preparation.Refused(why.sentence);
        }
        byte[] bytes = request(head, base, proof, head.keyProof());
        if (bytes.length > SignedRequest.MAX_SIZE && known.containsKey(head.originId())) {
            bytes = request(head, base, proof, Optional.empty());
        }
        if (bytes.length > SignedRequest.MAX_SIZE) {
            return new Preparation.Refused("the log was handed over so often that the proof of its key is too long");
        }
        return new Preparation.Ready(new SignedRequest(sha256(bytes), OptionalLong.empty(), bytes));
    }

    private static byte[] request(LodgeableHead head, long base, List<Hash> proof, Optional<KeyProof> keys) {
        var out = new CborWriter().array(keys.isPresent() ? 8 : 7);
        LocalEntry.writeHead(out, head);
        out.integer(base).array(proof.size());
        for (Hash hash : proof) out.bytes(hash.toBytes());
        keys.ifPresent(brought -> brought.write(out));
        return out.toBytes();
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        try {
            var in = new CborReader(request.bytes());
            int parts = in.array(8);
            if (parts < 7) throw new CborMalformed(0, parts + " parts");
            var head = LocalEntry.readHead(in);
            in.unsigned(); // the base: the rules look at the proof alone
            var proof = new ArrayList<Hash>();
            for (int left = in.array(MAX_PROOF); left > 0; left--) proof.add(Hash.of(in.fixed(Hash.SIZE)));
            if (parts == 8) head = head.with(KeyProof.read(in));
            in.end();
            return lodge(head, proof);
        } catch (CborMalformed e) {
            return new SubmitOutcome.RefusedForGood("not a request of the local ledger: " + e.getMessage());
        } catch (IOException | AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private SubmitOutcome lodge(LodgeableHead head, List<Hash> proof) throws IOException, AnchorageSetback {
        return switch (judge(head, proof)) {
            case Outcome.Lodged _ -> {
                append(head);
                yield new SubmitOutcome.Accepted();
            }
            case Outcome.Repeated _ -> new SubmitOutcome.AlreadyKnown();
            case Outcome.Covered _ -> new SubmitOutcome.Accepted();
            case Outcome.Refused(var why) -> new SubmitOutcome.RefusedForGood(why.sentence);
        };
    }

    /// The rules of all ledgers, but for one: this one keeps no hand-overs. Each head brings all of them from
    /// the genesis on, or is of this box's own log; and breaks are followed, since who owns this box owns its
    /// ledger.
    private Outcome judge(LodgeableHead head, List<Hash> proof) throws AnchorageSetback {
        var keys = head.keyProof().flatMap(given -> given.keysFor(head));
        if (keys.isEmpty() && head.keyProof().isPresent()) return new Outcome.Refused(Refusal.BAD_HAND_OVER);
        if (keys.isEmpty()) keys = Optional.ofNullable(known.get(head.originId()));
        var found = find(head.originId(), head.size(), head.root());
        return LodgingRules.judge(found, keys, new LodgingRules.Offer(head, proof, KeyProof.Hops.NONE));
    }

    private void append(LodgeableHead head) throws IOException {
        byte[] bytes = new LocalEntry(head, last).toBytes();
        long index = journal.append(bytes, new byte[0]);
        journal.force();
        take(index, bytes, head);
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        var held = newest.get(origin);
        if (held == null) return Finding.Absent.EMPTY;
        if (size > held.size()) return new Finding.Absent(held.size(), held.root());
        if (size == held.size()) return compare(held, root);
        try {
            return earlier(origin, size)
                    .map(found -> compare(found, root))
                    .orElseGet(() -> new Finding.Covered(held.size(), held.root()));
        } catch (IOException e) {
            throw new AnchorageSetback("the local ledger cannot be read: " + e.getMessage(), LOOK_AT_DISK, e);
        }
    }

    private static Finding compare(Newest held, Hash root) {
        return held.root().equals(root) ? new Finding.Present(held.place(), true) : new Finding.Conflict(held.root());
    }

    /// Reads backwards: only a head older than the newest is looked for here, which is rare, and costs no memory.
    private Optional<Newest> earlier(OriginId origin, long size) throws IOException {
        for (long index = journal.size() - 1; index > 0; index--) {
            byte[] bytes = journal.read(index).leaf();
            try {
                var head = LocalEntry.read(bytes).head();
                if (!head.originId().equals(origin)) continue;
                if (head.size() < size) return Optional.empty();
                if (head.size() == size) {
                    return Optional.of(new Newest(size, head.root(), new Place(index, sha256(bytes))));
                }
            } catch (CborMalformed e) {
                throw new IOException("entry " + index + ": " + e.getMessage(), e);
            }
        }
        return Optional.empty();
    }

    @Override
    public RequestState status(SignedRequest request) {
        return new RequestState.Unknown(); // a request is lodged or refused while it is submitted; none waits
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) {
        return Optional.empty(); // it stands where this box stands, and convinces nobody else
    }

    @Override
    public AnchorageHealth health() {
        return new AnchorageHealth.Good((journal.size() - 1) + " heads; proves nothing to others by itself");
    }

    @Override
    public void close() {}

    private static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
