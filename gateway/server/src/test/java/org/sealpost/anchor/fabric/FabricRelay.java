package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.RelayOrders;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SteppedRelay;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.anchor.AnchorProofs;
import org.sealpost.journal.FaultyDisk;

/// A relay, a real channel, and a log that grows when a test says so.
final class FabricRelay extends SteppedRelay {
    private static final Duration POLL = Duration.ofMillis(20);
    private static int logs;

    private int resubmitted;

    FabricRelay(Anchorage anchorage) throws IOException {
        this(anchorage, new SignedLog("fabric/" + ++logs, 31_000 + logs));
    }

    /// @param log that others may lodge, too
    FabricRelay(Anchorage anchorage, SignedLog log) throws IOException {
        super("fabric", log, new FaultyDisk(), Optional.of(new FaultyDisk()));
        open(anchorage, POLL, openProofs(), Optional.empty());
    }

    /// Somebody orders that what is under way is sent again.
    void resubmit() {
        resubmitted++;
    }

    @Override
    protected RelayOrders orders() {
        return new RelayOrders(false, resubmitted);
    }

    /// Another process goes on from what this one has written.
    void restart(Anchorage anchorage) throws IOException {
        kill();
        open(anchorage, POLL, openProofs(), Optional.empty());
    }

    /// What the box has of each final head proves it to a reader for whom it takes both organisations.
    void requireAllProved() throws Exception {
        var heads = relay().newestFinals(Integer.MAX_VALUE);
        assertFalse(heads.isEmpty());
        for (var lodged : heads) {
            var head = lodged.head();
            until("a proof of size " + head.size(), () -> relay().proof(head).isPresent());
            requireProved(head);
        }
    }

    private void requireProved(FinalHead head) throws Exception {
        var identity = (AnchorIdentity.Fabric) relay().identity().orElseThrow();
        var channel = new FabricTrust(identity, 2, FabricNetwork.ORGANISATIONS, Optional.empty());
        var trust = (trust() + TrustFile.naming(channel)).getBytes(StandardCharsets.UTF_8);
        var verdict = assertInstanceOf(
                Verdict.Intact.class,
                EvidenceVerifier.verify(
                        evidence(head),
                        new TrustStore(List.of(TrustFile.parse("box.trust", trust))),
                        new AnchorProofs(),
                        AnchorCheck.OFFLINE));
        var said = "head of size " + head.size() + " on " + identity + ": ";
        assertTrue(
                verdict.lines(Standing.PROVED).stream()
                        .anyMatch(line ->
                                line.subject().equals("anchor") && line.text().startsWith(said)),
                verdict::toString);
    }

    void until(String what, Condition condition) throws Exception {
        until(what, condition, () -> {});
    }

    void untilFinal() throws Exception {
        until("size " + log.size() + " final", this::isFinal);
    }
}
