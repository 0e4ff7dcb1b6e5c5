package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.sealpost.anchor.PublicationConfig.Published;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;

/// A tortured box that publishes records beside the heads that cover them: commitments, payloads, and payloads
/// that are encrypted.
final class PublishingBox extends TorturedBox {
    /// Of one nothing is published.
    private static final List<String> PROFILES = List.of("crane.lift", "crane.log", "crane.photo", "other");

    private static final List<Published> PUBLISHED = List.of(
            new Published(PROFILES.get(0), Kind.COMMITMENTS, Duration.ZERO),
            new Published(PROFILES.get(1), Kind.PAYLOADS, Duration.ZERO),
            new Published(PROFILES.get(2), Kind.ENCRYPTED_PAYLOADS, Duration.ZERO));
    private static final SteppedPublishing.Pace PACE = new SteppedPublishing.Pace(6000, 8);

    private final SteppedPublishing publishing;

    // Of each record that is to be published, by its index.
    private final TreeMap<Long, Expected> expected = new TreeMap<>();
    private PublicationLedger ledger;

    private record Expected(Kind kind, Hash commitment) {}

    private PublishingBox(AnchorageTorture kind, SignedLog log, Path files) throws Exception {
        super(kind, log, new FaultyDisk(), new FaultyDisk());
        ledger = kind.openPublications();
        var pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(new ECGenParameterSpec("secp256r1"));
        var recipient = (ECPublicKey) pairs.generateKeyPair().getPublic();
        publishing = new SteppedPublishing(log, files, wrapped(), PUBLISHED, PACE, List.of(recipient));
    }

    static PublishingBox of(AnchorageTorture kind, Path files) throws Exception {
        return new PublishingBox(kind, AnchorageTorture.freshLog(), files);
    }

    private PublicationLedger wrapped() {
        return power.wrap(PublicationLedger.class, ledger);
    }

    /// By so many records of each profile.
    @Override
    void grow(int count) throws IOException {
        for (int profile = 0; profile < PROFILES.size(); profile++) {
            long index = log.size();
            for (var commitment : publishing.grow(PROFILES.get(profile), count)) {
                if (profile < PUBLISHED.size()) {
                    expected.put(index, new Expected(PUBLISHED.get(profile).kind(), commitment));
                }
                index++;
            }
        }
        log.growTo(log.size());
    }

    @Override
    public void step() throws IOException {
        super.step();
        publishing.step();
        publishing.setback().ifPresent(this::note);
    }

    @Override
    void losePower(long seed) throws Exception {
        ledger.close();
        ledger = kind.openPublications();
        super.losePower(seed);
        publishing.losePower(wrapped(), seed + 3);
    }

    /// What was to be published is on the ledger, each record once, by numbers of which none is missing and none
    /// is there twice; the box says the same of each, has nothing under way, and nobody is needed.
    ///
    /// @return how many publications there are
    int requireAllThereOnce() throws Exception {
        try {
            until("all of it published", this::isAllPublished);
        } catch (AssertionError e) {
            var entries = publishing.entries();
            throw new AssertionError(
                    entries.subList(Math.max(0, entries.size() - 60), entries.size())
                            .toString(),
                    e);
        }
        assertEquals(Optional.empty(), publishing.relay().trouble());
        assertEquals(List.of(), publishing.files());

        var told = told();
        var numbers = LongStream.rangeClosed(1, told.made.size()).boxed().toList();
        assertEquals(numbers, List.copyOf(told.made.keySet()));
        assertEquals(
                numbers,
                told.ended.stream().map(PublicationEntry.Final::number).sorted().toList());
        assertEquals(numbers, kind.published(log.originId()).stream().sorted().toList());
        try (var asked = kind.openPublications()) {
            for (var end : told.ended) requireThere(asked, told.made.get(end.number()), end);
            var runs = told.runs();
            for (var record : expected.entrySet()) {
                requireFound(asked, record.getKey(), record.getValue(), runs.get(record.getKey()));
            }
        }
        return told.made.size();
    }

    private boolean isAllPublished() throws Exception {
        var relay = publishing.relay();
        assertEquals(List.of(), relay.setAside());
        return relay.waiting() == 0
                && publishing.setback().isEmpty()
                && told().runs().keySet().equals(expected.keySet());
    }

    /// What the journal says.
    private record Told(TreeMap<Long, PublicationEntry.Made> made, List<PublicationEntry.Final> ended) {
        /// By the records whose runs are final; a number that is nobody's has none.
        Map<Long, PublicationEntry.Made> runs() {
            var runs = new TreeMap<Long, PublicationEntry.Made>();
            for (var end : ended) {
                var run = made.get(end.number());
                if (!end.digest().equals(run.digest())) continue;
                for (long index = run.first(); index < run.end(); index++) {
                    long record = index;
                    assertNull(runs.put(record, run), () -> "record " + record + " is published twice");
                }
            }
            return runs;
        }
    }

    private Told told() throws IOException, CborMalformed {
        var told = new Told(new TreeMap<>(), new ArrayList<>());
        for (var entry : publishing.entries()) {
            if (entry instanceof PublicationEntry.Made made) told.made.put(made.number(), made);
            if (entry instanceof PublicationEntry.Final end) told.ended.add(end);
        }
        return told;
    }

    private void requireThere(PublicationLedger asked, PublicationEntry.Made made, PublicationEntry.Final end)
            throws AnchorageSetback {
        var there = asked.find(log.originId(), end.number(), end.digest());
        assertEquals(new PublicationFinding.Present(end.place(), true), there);
        var nobodys = Publication.givenUp(log.origin(), log.key().spki(), end.number());
        assertTrue(Set.of(made.digest(), nobodys.digest()).contains(end.digest()), end::toString);
    }

    private void requireFound(PublicationLedger asked, long index, Expected record, PublicationEntry.Made run)
            throws AnchorageSetback {
        assertEquals(record.kind, run.kind());
        if (run.kind() != Kind.COMMITMENTS) return;
        var spot = asked.publishedAt(log.originId(), record.commitment).orElseThrow();
        assertEquals(run.number(), spot.number());
        assertEquals(index - run.first(), spot.position());
    }

    @Override
    public void close() {
        ledger.close();
        super.close();
    }
}
