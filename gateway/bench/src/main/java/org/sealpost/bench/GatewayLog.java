package org.sealpost.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.sealpost.app.inspect.ReadingDisk;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceUnreadable;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.TrustUnusable;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalEntry;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Content;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// The log of a running gateway, each entry judged by the verifier with a trust store that holds the key first
/// seen.
final class GatewayLog implements LogView, AutoCloseable {
    private static final int GONE = 410;

    private final GatewayClient client;
    private final VerifierKey checkpointKey;
    private final Path entries;

    // Opened by the first who reads it, and read by one at a time. Guarded by this.
    private @Nullable Journal journal;

    // Written once, by the first look. Guarded by this.
    private @Nullable TrustStore trust;

    /// @param entries folder of the journal; nothing in it is changed
    GatewayLog(GatewayClient client, VerifierKey checkpointKey, Path entries) {
        this.client = client;
        this.checkpointKey = checkpointKey;
        this.entries = entries;
    }

    @Override
    public List<PublicLeaf> leaves() throws IOException, InterruptedException {
        var all = new ArrayList<PublicLeaf>();
        for (var leaf : client.leaves(client.head(checkpointKey).size())) {
            try {
                all.add(new PublicLeaf(Merkle.leafHash(leaf), isOwn(Leaf.parse(leaf))));
            } catch (CborMalformed e) {
                throw new IOException("the log has a leaf that is none, at " + all.size(), e);
            }
        }
        return all;
    }

    private static boolean isOwn(Leaf leaf) {
        return switch (leaf) {
            case GenesisLeaf genesis -> true;
            case HandOverLeaf handOver -> true;
            case HeaderLeaf header -> header.source() == SourceKind.BOX;
        };
    }

    @Override
    public Sight look(long index) throws IOException, InterruptedException {
        var lies = read(index);
        var answer = client.evidence(index);
        if (answer.statusCode() == GONE && !(lies instanceof Sight.Proved)) return lies;
        if (answer.statusCode() != 200) {
            return new Sight.Unproved("evidence answers " + answer.statusCode() + ": "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        var verdict = EvidenceVerifier.verify(answer.body(), trust(answer.body()), AnchorCheck.OFFLINE);
        if (verdict.exitCode() != 0) return new Sight.Unproved("evidence is not valid: " + verdict);
        try {
            var evidence = Evidence.parse(answer.body());
            if (lies instanceof Sight.Erased) {
                boolean shown = evidence.body().orElseThrow().slots().stream().anyMatch(Slot.Shown.class::isInstance);
                return shown ? new Sight.Unproved("erased in the journal, and shown by its evidence") : lies;
            }
            return new Sight.Proved(
                    Merkle.leafHash(evidence.leaf()), capture(evidence.body().orElseThrow()));
        } catch (EvidenceUnreadable | CborMalformed | NoSuchElementException e) {
            return new Sight.Unproved("valid, and not to be read: " + e.getMessage());
        }
    }

    @Override
    public synchronized Sight read(long index) throws IOException {
        if (journal == null) journal = journal(entries);
        try {
            if (index >= journal.firstIndex()) return sight(journal.read(index));
        } catch (IOException | JournalDamaged e) {
            // The gateway may have given its segment up meanwhile.
            journal.close();
            journal = journal(entries);
            if (index >= journal.firstIndex()) return sight(journal.read(index));
        }
        return new Sight.GivenUp();
    }

    /// The entries below this one were given up, by what was read.
    synchronized long firstKept() {
        return journal == null ? 0 : journal.firstIndex();
    }

    /// An opening that changes nothing takes any journal, whatever its sizes.
    private static Journal journal(Path entries) throws IOException {
        return Journal.open(ReadingDisk.of(entries), new JournalConfig("entries", 1 << 20, 1024, 64 << 10), 0);
    }

    /// Shows the visitor what lies in the journal of a gateway that does not run, from an index on: what was handed
    /// over, and what the box wrote itself.
    ///
    /// @return behind the last entry
    static long captures(Path entries, long from, CaptureVisitor visitor) throws IOException {
        try (var journal = journal(entries)) {
            long first = Math.max(from, journal.firstIndex());
            journal.scan(first, Integer.MAX_VALUE, entry -> {
                try {
                    if (Leaf.parse(entry.leaf()) instanceof HeaderLeaf && entry.hasBody()) {
                        visitor.visit(entry.index(), capture(Body.parse(entry.body())));
                    }
                } catch (CborMalformed e) {
                    throw new IOException("entry " + entry.index() + " is not to be read: " + e.getMessage(), e);
                }
            });
            return journal.size();
        }
    }

    interface CaptureVisitor {
        void visit(long index, Capture capture);
    }

    private static Sight sight(JournalEntry entry) {
        if (entry.bodyErased()) return new Sight.Erased();
        try {
            var body = Body.parse(entry.body());
            if (!(Leaf.parse(entry.leaf()) instanceof HeaderLeaf leaf)
                    || !leaf.commitment().equals(body.commitment())) {
                return new Sight.Unproved("the body is not the one that the leaf was made of");
            }
            return new Sight.Proved(Merkle.leafHash(entry.leaf()), capture(body));
        } catch (CborMalformed e) {
            return new Sight.Unproved("in the journal, and not to be read: " + e.getMessage());
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (journal != null) journal.close();
    }

    private static Capture capture(Body body) throws CborMalformed {
        var source = Source.parse(shown(body, Slot.SOURCE));
        var content = Content.parse(shown(body, Slot.CONTENT));
        return new Capture(source.idempotencyKey(), content.payload());
    }

    private static byte[] shown(Body body, int slot) throws CborMalformed {
        if (body.slots().get(slot) instanceof Slot.Shown shown) return shown.bytes();
        throw new CborMalformed(0, "the slot " + Slot.LABELS.get(slot) + " is withheld");
    }

    /// The store that trusts the signer of the first evidence, and nobody else.
    private synchronized TrustStore trust(byte[] evidence) throws IOException {
        if (trust != null) return trust;
        var first = EvidenceVerifier.verify(evidence, TrustStore.EMPTY, AnchorCheck.OFFLINE);
        if (!(first instanceof Verdict.Intact(Signer.Unknown signer, var lines))) return TrustStore.EMPTY;
        try {
            var file = TrustFile.parse("campaign", signer.trustFile().getBytes(StandardCharsets.UTF_8));
            trust = new TrustStore(List.of(file));
            return trust;
        } catch (TrustUnusable e) {
            throw new IOException("the verifier offers a trust file that it refuses", e);
        }
    }
}
