package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinishedPublications;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.anchor.PublicationStanding;
import org.sealpost.app.inspect.ReadingDisk;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalDamaged;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How publishing to an anchorage stands: as the journal of its relay has it, and what is wrong as the gateway says
/// that runs. Runs of records that have no number yet are not in it.
///
/// @param standing empty if the journal cannot be read
record PublishingStanding(String name, Optional<PublicationStanding> standing, Optional<Anchored.Trouble> trouble) {
    private static final Logger LOG = LoggerFactory.getLogger(PublishingStanding.class);

    /// Empty where nothing was ever published, or to be.
    static Optional<PublishingStanding> of(Path data, String name, AnchorStanding.Live live) {
        try {
            var found = onDisk(data, name);
            if (found.isEmpty()) return Optional.empty();
            // Of what was set aside each is told, with what can be done about it.
            var trouble = live.of("publications " + name)
                    .flatMap(said -> said)
                    .filter(said -> found.get().setAside().stream()
                            .noneMatch(one -> said.remedy().equals(one.remedy(name))));
            return Optional.of(new PublishingStanding(name, found, trouble));
        } catch (IOException | BrokenPromise e) {
            return Optional.of(new PublishingStanding(
                    name,
                    Optional.empty(),
                    Optional.of(Publications.unreadable(name, Refusal.words(e), Instant.now()))));
        }
    }

    /// Read without a change, so a gateway may run meanwhile; empty if no relay ever published there.
    ///
    /// @throws IOException if it cannot be read, or holds something else
    static Optional<PublicationStanding> onDisk(Path data, String name) throws IOException {
        if (!Files.isDirectory(data.resolve(Publications.JOURNAL + name))) return Optional.empty();
        var held = new ArrayList<Journal>();
        try (var journal = journal(data, Publications.JOURNAL + name)) {
            return Optional.of(PublicationRelay.standing(journal, finished(data, name, journal, held)));
        } finally {
            for (var one : held) one.close();
        }
    }

    /// Whether this box has published to this very ledger before, for this log or for one that it goes on from, under
    /// whatever name: what is missing, or cannot be read, tells of none.
    static boolean anyGoesOn(GatewayConfig config, AnchorIdentity ledger) {
        return RelayOnDisk.anyJournal(
                RelayOnDisk.folders(config), Publications.JOURNAL, (data, name) -> isOf(data, name, ledger));
    }

    private static boolean isOf(Path data, String name, AnchorIdentity ledger) {
        try {
            return onDisk(data, name).flatMap(PublicationStanding::ledger).equals(Optional.of(ledger));
        } catch (IOException | BrokenPromise e) {
            LOG.debug(
                    "{} cannot be read for what was reached from there", data.resolve(Publications.JOURNAL + name), e);
            return false;
        }
    }

    /// What stays of entries that the journal gave up: as to the gateway, it is missed only where some were.
    private static Optional<FinishedPublications> finished(
            Path data, String name, Journal publications, List<Journal> held) throws IOException {
        try {
            held.add(journal(data, FinishedPublications.PREFIX + name));
            return Optional.of(FinishedPublications.open(held.getLast()));
        } catch (IOException | JournalDamaged e) {
            if (publications.firstIndex() > 0) throw e;
            return Optional.empty();
        }
    }

    private static Journal journal(Path data, String kind) throws IOException {
        var sizes = new JournalConfig(kind, 1 << 20, PublicationRelay.MAX_ENTRY_SIZE_BYTES, 64 << 10);
        return Journal.open(ReadingDisk.of(data.resolve(kind)), sizes, 0);
    }

    void tell(ObjectNode json) {
        standing.ifPresent(found -> {
            json.put("waiting", found.waiting());
            found.pace()
                    .drain(found.waiting(), Instant.now())
                    .ifPresent(time -> json.put("drainSeconds", time.toSeconds()));
            found.oldest()
                    .ifPresent(oldest -> json.putObject("oldest")
                            .put("number", oldest.number())
                            .put("since", oldest.since().toString()));
            var aside = json.putArray("setAside");
            for (var one : found.setAside()) {
                aside.addObject()
                        .put("number", one.number())
                        .put("first", one.first())
                        .put("count", one.count())
                        .put("cause", one.cause())
                        .put("remedy", one.remedy(name))
                        .put("since", one.since().toString());
            }
            found.last()
                    .ifPresent(last -> json.putObject("final")
                            .put("number", last.number())
                            .put("height", last.place().height())
                            .put("block", last.place().block().hex())
                            .put("since", last.since().toString()));
        });
        trouble.ifPresent(found -> AnchorStanding.troubled(json, found));
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        standing.ifPresent(found -> {
            lines.add("  publications: "
                    + found.last()
                            .map(last -> "number " + last.number() + " is final, at height "
                                    + last.place().height() + ", since " + last.since())
                            .orElse("none is final yet")
                    + "; " + found.waiting() + (found.waiting() == 1 ? " waits" : " wait")
                    + found.oldest()
                            .map(oldest -> ", the oldest, " + oldest.number() + ", since " + oldest.since())
                            .orElse("")
                    + found.pace()
                            .drain(found.waiting(), Instant.now())
                            // What is not tried now takes as long as the trouble does, and longer.
                            .filter(_ -> trouble.isEmpty())
                            .map(time -> "; " + time.toSeconds() + " s for all, as it went within the last hour")
                            .orElse(""));
            for (var one : found.setAside()) {
                lines.add("  SET ASIDE: publication " + one.number() + " of " + one.count()
                        + (one.count() == 1 ? " record" : " records") + " from entry " + one.first() + " on: "
                        + AnchorStanding.shown(one.cause()) + "; " + one.remedy(name) + " (since " + one.since() + ")");
            }
        });
        trouble.ifPresent(found -> lines.add((found.urgent() ? "  NOT PUBLISHING: " : "  PUBLISHING WAITS: ")
                + AnchorStanding.shown(found.cause()) + "; " + AnchorStanding.shown(found.remedy()) + " (since "
                + found.since() + ")"));
        return lines;
    }
}
