package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.journal.FaultyDisk;

/// A box as its relay sees it: a log, disks that forget what was not forced, and a process that may end at any time.
final class TorturedBox extends SteppedRelay implements AutoCloseable {
    private static final String NAME = "tortured";

    final PowerSwitch power;
    private final AnchorageTorture kind;
    private final FaultyDisk disk;
    private final FaultyDisk proofsDisk;
    private Anchorage anchorage;

    private TorturedBox(AnchorageTorture kind, SignedLog log, FaultyDisk disk, FaultyDisk proofsDisk) throws Exception {
        super(NAME, log, disk, Optional.of(proofsDisk));
        this.kind = kind;
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
        var proofs = openProofs();
        anchorage = kind.open(proofs.orElseThrow());
        open(power.wrap(anchorage), kind.poll(), proofs, Optional.empty());
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

    /// Steps until the condition holds, and lets the ledger go on between the steps.
    ///
    /// @throws PowerSwitch.PowerGone where the test had it go
    void until(String what, Condition condition) throws Exception {
        until(what, condition, kind::goOn);
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

    boolean has(String entry) throws Exception {
        return entries().contains(entry);
    }

    // --- what it can show to others

    /// Each head that is final there stands under evidence that the verifier takes; where the kind proves anything, by
    /// what this box kept.
    void requireEvidenceOfAll() throws Exception {
        for (var lodged : relay().newestFinals(Integer.MAX_VALUE)) {
            var head = lodged.head();
            if (kind.proves())
                until(
                        "a proof of size " + head.size(),
                        () -> relay().proof(head).isPresent());
            requireEvidence(head);
        }
    }

    private void requireEvidence(FinalHead head) throws Exception {
        assertEquals(log.root(head.size()), head.root());
        var identity = relay().identity().orElseThrow();
        var verdict = assertInstanceOf(
                Verdict.Intact.class,
                EvidenceVerifier.verify(
                        evidence(head),
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

    private TrustStore trust(AnchorIdentity identity) throws Exception {
        String text = trust() + kind.trust(identity);
        return new TrustStore(List.of(TrustFile.parse("tortured", text.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public void close() {
        anchorage.close();
    }
}
