package org.sealpost.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinalHead;
import org.sealpost.archive.erasure.NoErasures;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Verdict;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;
import org.sealpost.seal.SoftwareKey;

/// Evidence with what relays keep as proofs of its heads.
class ProofsInEvidenceTest {
    private static final byte[] ONE = {1};
    private static final byte[] TWO = {2};
    private static final byte[] THREE = {3};

    @TempDir
    private Path folder;

    /// A chain on which one head is final.
    ///
    /// @param before one that was final there before, or the same
    private record Chain(int number, FinalHead before, FinalHead head, Optional<AnchorProof> kept) implements Anchored {
        Chain(int number, FinalHead head, Optional<AnchorProof> kept) {
            this(number, head, head, kept);
        }

        @Override
        public String name() {
            return "chain-" + number;
        }

        @Override
        public Optional<AnchorIdentity> identity() {
            return Optional.of(new AnchorIdentity.Evm(number, head.root(), new byte[20], head.root()));
        }

        @Override
        public boolean convincesOthers() {
            return true;
        }

        @Override
        public boolean makesFinal() {
            return true;
        }

        @Override
        public Optional<FinalHead> firstFinalCovering(long index) {
            return Stream.of(before, head).filter(each -> index < each.size()).findFirst();
        }

        @Override
        public Optional<AnchorProof> proof(FinalHead of) {
            return of.equals(head) ? kept : Optional.empty();
        }

        @Override
        public Optional<FinalHead> newestFinal() {
            return Optional.of(head);
        }

        @Override
        public long finalSize() {
            return head.size();
        }

        @Override
        public boolean holds(long size) {
            return size == head.size();
        }

        @Override
        public AnchorState stateOf(long index) {
            return index < head.size() ? new AnchorState.Final(head) : new AnchorState.Waiting();
        }

        @Override
        public Optional<Trouble> trouble() {
            return Optional.empty();
        }
    }

    /// In the shape of its kind, which is all that is looked at without anybody who checks it.
    private static Optional<AnchorProof> proof(byte[]... shared) throws Exception {
        var out =
                new CborWriter().array(10).text("sealpost-evm-proof").integer(1).integer(0);
        out.bytes(new byte[0]).integer(0).array(0).integer(0).array(0).array(shared.length);
        for (var part : shared) out.bytes(MessageDigest.getInstance("SHA-256").digest(part));
        return Optional.of(new AnchorProof(out.array(0).toBytes(), List.of(shared)));
    }

    @Test
    void theProofsOfTheHeadsAreInItAndTheirPartsOnce() throws Exception {
        try (var log = new RetainedLog(new FaultyDisk(), new FaultyDisk(), folder, SoftwareKey.p256())) {
            log.capture(10);
            var first = head(log);
            log.capture(10);
            var second = head(log);
            var chains = List.of(
                    new Chain(1, second, proof(TWO, THREE)),
                    new Chain(2, first, proof(ONE, TWO)),
                    new Chain(3, first, Optional.empty()));
            var archive = new Archive(
                    log.identity,
                    log.entries,
                    log.leaves,
                    log.tree,
                    log.seals,
                    chains,
                    _ -> List.of(),
                    NoErasures.over(log.entries));

            var file = archive.evidence(5).orElseThrow();
            var evidence = Evidence.parse(file);
            assertEquals(3, evidence.shared().size());
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(
                        List.of(ONE, TWO, THREE).get(i), evidence.shared().get(i));
            }
            var ofFirst = evidence.heads().get(0).anchors();
            assertArrayEquals(
                    chains.get(1).kept.orElseThrow().bytes(),
                    ofFirst.get(0).proof().orElseThrow());
            assertEquals(Optional.empty(), ofFirst.get(1).proof());
            assertInstanceOf(Verdict.Intact.class, EvidenceVerifier.verify(file, log.trust(), AnchorCheck.OFFLINE));

            var later = Evidence.parse(archive.evidence(15).orElseThrow());
            assertEquals(2, later.shared().size(), "of the heads that are in it");
        }
    }

    /// An anchorage was out of the configuration for a time, and the seals were thinned meanwhile.
    @Test
    void aHeadWhoseSealIsGoneIsPassedOver() throws Exception {
        try (var log = new RetainedLog(new FaultyDisk(), new FaultyDisk(), folder, SoftwareKey.p256())) {
            log.capture(10);
            log.capture(10);
            var second = head(log);
            var thinned = new FinalHead(second.size() - 5, second.root(), second.place(), Instant.EPOCH);
            var goesOn = new Chain(1, thinned, second, proof(ONE));
            var hasNoOther = new Chain(2, thinned, proof(TWO));

            var head = Evidence.parse(evidence(log, goesOn, hasNoOther)).heads().getFirst();
            assertEquals(1, head.anchors().size());
            assertArrayEquals(
                    goesOn.kept.orElseThrow().bytes(),
                    head.anchors().getFirst().proof().orElseThrow());

            var file = evidence(log, hasNoOther);
            assertEquals(List.of(), Evidence.parse(file).heads().getFirst().anchors());
            assertInstanceOf(Verdict.Intact.class, EvidenceVerifier.verify(file, log.trust(), AnchorCheck.OFFLINE));
        }
    }

    private static byte[] evidence(RetainedLog log, Chain... chains) throws Exception {
        return new Archive(
                        log.identity,
                        log.entries,
                        log.leaves,
                        log.tree,
                        log.seals,
                        List.of(chains),
                        _ -> List.of(),
                        NoErasures.over(log.entries))
                .evidence(5)
                .orElseThrow();
    }

    private static FinalHead head(RetainedLog log) throws Exception {
        var sealed = log.seals.newest().orElseThrow();
        return new FinalHead(
                sealed.size(), sealed.root(), new Place(1, Hash.of(sealed.root().toBytes())), Instant.EPOCH);
    }
}
