package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceHead;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealDraft;
import org.sealpost.evidence.TrustFile;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Suite;

/// A relay on a real anchorage, and a log: either goes on when a test says so.
public abstract class SteppedRelay {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration RECHECK = Duration.ofMillis(50);
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(5);

    public final SignedLog log;
    private final String name;
    private final FaultyDisk disk;
    private final Optional<FaultyDisk> proofsDisk;
    private final List<String> setbacks = new ArrayList<>();
    private Relay relay;

    /// Runs nothing before [#open].
    ///
    /// @param disk   what the relay writes down
    /// @param proofs what it keeps of the anchorage's proofs, if it keeps any
    protected SteppedRelay(String name, SignedLog log, FaultyDisk disk, Optional<FaultyDisk> proofs) {
        this.log = log;
        this.name = name;
        this.disk = disk;
        this.proofsDisk = proofs;
    }

    /// A box was told to keep these, and to show them to the anchorage that it opens.
    protected final Optional<AnchorProofs> openProofs() throws IOException {
        if (proofsDisk.isEmpty()) return Optional.empty();
        return Optional.of(AnchorProofs.open(name, Journal.open(proofsDisk.get(), proofs(), 0)));
    }

    /// What runs from here on, with what its disk holds.
    ///
    /// @param poll how often the anchorage is asked while something is under way
    protected final void open(
            Anchorage anchorage, Duration poll, Optional<AnchorProofs> proofs, Optional<ReplacedRequests> replaced)
            throws IOException {
        var config = RelayConfig.of(name).withPoll(poll).withRecheck(RECHECK).withOrders(this::orders);
        relay = Relay.open(
                config, Journal.open(disk, anchors(), 0), Optional.empty(), proofs, replaced, anchorage, log);
    }

    /// What people have ordered.
    protected RelayOrders orders() {
        return RelayOrders.NONE;
    }

    private JournalConfig anchors() {
        return new JournalConfig("anchors-" + name, 1 << 20, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    }

    private JournalConfig proofs() {
        return new JournalConfig("proofs-" + name, 1 << 22, AnchorProofs.MAX_ENTRY_SIZE_BYTES, 1 << 21);
    }

    /// The process ended: what follows is written by another one.
    protected final void kill() {
        disk.kill();
        proofsDisk.ifPresent(FaultyDisk::kill);
    }

    public final Relay relay() {
        return relay;
    }

    public void step() throws IOException {
        try {
            relay.step();
        } catch (AnchorageSetback e) {
            note(e.getMessage() + "; " + e.remedy());
        }
    }

    /// @param setback of what goes on beside the relay
    protected final void note(String setback) {
        setbacks.add(setback);
    }

    /// What went wrong outside since the last call.
    public final List<String> setbacks() {
        var seen = List.copyOf(setbacks);
        setbacks.clear();
        return seen;
    }

    public interface Condition {
        boolean holds() throws Exception;
    }

    /// Steps until the condition holds, with this between the steps.
    protected final void until(String what, Condition condition, AnchorageTorture.Act meanwhile) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> what + " did not happen; " + relay.trouble() + "; " + setbacks + "; " + entriesInWords());
            step();
            meanwhile.run();
            LockSupport.parkNanos(BETWEEN_STEPS.toNanos());
        }
    }

    public final boolean isFinal() throws IOException {
        return relay.stateOf(log.size() - 1) instanceof AnchorState.Final;
    }

    public final boolean isAnchored() throws IOException {
        return !(relay.stateOf(log.size() - 1) instanceof AnchorState.Waiting);
    }

    private String entriesInWords() {
        try {
            return entries().toString();
        } catch (IOException | CborMalformed e) {
            return e.toString();
        }
    }

    /// What the relay wrote down, by name and size.
    public final List<String> entries() throws IOException, CborMalformed {
        var names = new ArrayList<String>();
        try (var journal = asItLies(disk, anchors())) {
            for (long i = 0; i < journal.size(); i++) {
                var entry = RelayEntry.read(journal.read(i).leaf());
                String size = entry instanceof RelayEntry.OfHead head ? " " + head.size() : "";
                names.add(entry.getClass().getSimpleName() + size);
            }
        }
        return names;
    }

    /// Sizes of the heads of which it has a proof, in the order in which they came.
    final List<Long> kept() throws IOException, CborMalformed {
        var sizes = new ArrayList<Long>();
        try (var journal = asItLies(proofsDisk.orElseThrow(), proofs())) {
            for (long i = 0; i < journal.size(); i++) {
                if (ProofEntry.read(journal.read(i).leaf()) instanceof ProofEntry.Proof proof) sizes.add(proof.size());
            }
        }
        return sizes;
    }

    // --- what it can show to others

    /// Of entry 0, which needs no body, under this head, with the proof that the relay keeps of it.
    public final byte[] evidence(FinalHead head) throws IOException {
        var key = P256Key.of(log.key().spki());
        var draft = new SealDraft(
                log.origin(), Suite.SHA256_P256, log.genesisHash(), head.size(), SignedLog.CLOCK, key.thumbprint());
        byte[] signature = log.key().sign(SignedLog.sha256(draft.toBeSigned(head.root())));
        var receipt = draft.signed(P256Signature.ofRaw(signature)).receipt(0, log.inclusion(0, head.size()));
        var proof = relay.proof(head);
        var anchor = new AnchorClaim(relay.identity().orElseThrow(), proof.map(AnchorProof::bytes));
        return new Evidence(
                        log.genesis(),
                        Optional.empty(),
                        log.genesis(),
                        List.of(new EvidenceHead(receipt, List.of(anchor), List.of())),
                        List.of(),
                        List.of(),
                        proof.map(AnchorProof::shared).orElse(List.of()))
                .encode();
    }

    /// A trust file that names the log and its first key, and no ledger yet.
    public final String trust() {
        return TrustFile.naming(
                log.origin(), log.genesisHash(), P256Key.of(log.key().spki()));
    }

    private static Journal asItLies(FaultyDisk disk, JournalConfig config) throws IOException {
        var copy = disk.copy();
        copy.kill();
        return Journal.open(copy, config, 0);
    }
}
