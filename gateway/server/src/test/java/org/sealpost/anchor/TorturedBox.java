package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceHead;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealDraft;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Suite;

/// A box as its relay sees it: a log, disks that forget what was not forced, and a process that may end at any time.
final class TorturedBox implements AutoCloseable {
    private static final String NAME = "tortured";
    private static final JournalConfig JOURNAL =
            new JournalConfig("anchors-" + NAME, 1 << 20, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static final JournalConfig PROOFS =
            new JournalConfig("proofs-" + NAME, 1 << 22, AnchorProofs.MAX_ENTRY_SIZE_BYTES, 1 << 21);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(5);

    final SignedLog log;
    final PowerSwitch power;
    private final AnchorageTorture kind;
    private final FaultyDisk disk;
    private final FaultyDisk proofsDisk;
    private final List<String> setbacks = new ArrayList<>();
    private Anchorage anchorage;
    private Relay relay;

    private TorturedBox(AnchorageTorture kind, SignedLog log, FaultyDisk disk, FaultyDisk proofsDisk) throws Exception {
        this.kind = kind;
        this.log = log;
        this.power = new PowerSwitch(kind::answersAreLost);
        this.disk = disk;
        this.proofsDisk = proofsDisk;
        open();
    }

    static TorturedBox of(AnchorageTorture kind, SignedLog log) throws Exception {
        return new TorturedBox(kind, log, new FaultyDisk(), new FaultyDisk());
    }

    /// What a backup of this one would be brought back as.
    ///
    /// @param restored the log that goes on from the backup
    TorturedBox backup(SignedLog restored) throws Exception {
        var copies = List.of(disk.copy(), proofsDisk.copy());
        copies.forEach(FaultyDisk::kill);
        return new TorturedBox(kind, restored, copies.get(0), copies.get(1));
    }

    private void open() throws Exception {
        var config = RelayConfig.of(NAME).withPoll(kind.poll()).withRecheck(Duration.ofMillis(50));
        var proofs = AnchorProofs.open(NAME, Journal.open(proofsDisk, PROOFS, 0));
        anchorage = kind.open(proofs);
        relay = Relay.open(
                config,
                Journal.open(disk, JOURNAL, 0),
                Optional.empty(),
                Optional.of(proofs),
                Optional.empty(),
                power.wrap(anchorage),
                log);
    }

    Relay relay() {
        return relay;
    }

    Capabilities capabilities() {
        return anchorage.capabilities();
    }

    /// The process ends, and another one begins. What was forced is there, and of the rest nothing that is to be relied
    /// upon.
    void losePower(long seed) throws Exception {
        anchorage.close();
        disk.powerCut(seed);
        proofsDisk.powerCut(seed + 1);
        kind.boxLostPower(seed + 2);
        open();
    }

    /// @throws PowerSwitch.PowerGone where the test had it go
    void step() throws IOException {
        try {
            relay.step();
        } catch (AnchorageSetback e) {
            setbacks.add(e.getMessage() + "; " + e.remedy());
        }
    }

    /// What went wrong outside since the last call.
    List<String> setbacks() {
        var seen = List.copyOf(setbacks);
        setbacks.clear();
        return seen;
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    /// Steps until the condition holds, and lets the ledger go on between the steps.
    void until(String what, Condition condition) throws Exception {
        until(what, condition, kind::goOn);
    }

    void until(String what, Condition condition, AnchorageTorture.Act meanwhile) throws Exception {
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

    void untilPowerIsGone() throws Exception {
        try {
            until("a call at which the power goes", () -> false);
        } catch (PowerSwitch.PowerGone e) {
            return;
        }
        throw new AssertionError("the power did not go");
    }

    void untilFinal() throws Exception {
        until("size " + log.size() + " final", this::isFinal);
    }

    boolean isFinal() throws IOException {
        return relay.stateOf(log.size() - 1) instanceof AnchorState.Final;
    }

    boolean isAnchored() throws IOException {
        return !(relay.stateOf(log.size() - 1) instanceof AnchorState.Waiting);
    }

    private String entriesInWords() {
        try {
            return entries().toString();
        } catch (IOException | CborMalformed e) {
            return e.toString();
        }
    }

    boolean has(String entry) throws Exception {
        return entries().contains(entry);
    }

    /// What the relay wrote down, by name and size.
    List<String> entries() throws IOException, CborMalformed {
        var names = new ArrayList<String>();
        var copy = disk.copy();
        copy.kill();
        try (var journal = Journal.open(copy, JOURNAL, 0)) {
            for (long i = 0; i < journal.size(); i++) {
                var entry = RelayEntry.read(journal.read(i).leaf());
                String size = entry instanceof RelayEntry.OfHead head ? " " + head.size() : "";
                names.add(entry.getClass().getSimpleName() + size);
            }
        }
        return names;
    }

    /// Sizes of the heads of which it has a proof, in the order in which they came.
    List<Long> kept() throws IOException, CborMalformed {
        var sizes = new ArrayList<Long>();
        var copy = proofsDisk.copy();
        copy.kill();
        try (var journal = Journal.open(copy, PROOFS, 0)) {
            for (long i = 0; i < journal.size(); i++) {
                if (ProofEntry.read(journal.read(i).leaf()) instanceof ProofEntry.Proof proof) sizes.add(proof.size());
            }
        }
        return sizes;
    }

    // --- what it can show to others

    /// Each head that is final there stands under evidence that the verifier takes; where the kind proves anything, by
    /// what this box kept.
    void requireEvidenceOfAll() throws Exception {
        for (var lodged : relay.newestFinals(Integer.MAX_VALUE)) {
            var head = lodged.head();
            if (kind.proves())
                until("a proof of size " + head.size(), () -> relay.proof(head).isPresent());
            requireEvidence(head);
        }
    }

    private void requireEvidence(FinalHead head) throws Exception {
        assertEquals(log.root(head.size()), head.root());
        var identity = relay.identity().orElseThrow();
        var verdict = assertInstanceOf(
                Verdict.Intact.class,
                EvidenceVerifier.verify(
                        evidence(head, identity),
                        trust(identity),
                        new org.sealpost.evidence.anchor.AnchorProofs(),
                        AnchorCheck.OFFLINE));
        assertInstanceOf(Signer.Trusted.class, verdict.signer());
        assertEquals(
                kind.proves(),
                verdict.lines(Standing.PROVED).stream()
                        .anyMatch(line -> line.subject().equals("anchor")),
                verdict::toString);
    }

    /// Of entry 0, which needs no body.
    private byte[] evidence(FinalHead head, AnchorIdentity identity) throws IOException {
        var key = P256Key.of(log.key().spki());
        var draft = new SealDraft(
                log.origin(), Suite.SHA256_P256, log.genesisHash(), head.size(), SignedLog.CLOCK, key.thumbprint());
        byte[] signature = log.key().sign(SignedLog.sha256(draft.toBeSigned(head.root())));
        var receipt = draft.signed(P256Signature.ofRaw(signature)).receipt(0, log.inclusion(0, head.size()));
        var proof = relay.proof(head);
        var anchor = new AnchorClaim(identity, proof.map(AnchorProof::bytes));
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

    private TrustStore trust(AnchorIdentity identity) throws Exception {
        String text = TrustFile.naming(
                        log.origin(), log.genesisHash(), P256Key.of(log.key().spki()))
                + kind.trust(identity);
        return new TrustStore(List.of(TrustFile.parse("tortured", text.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public void close() {
        anchorage.close();
    }
}
