package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.DoubtFile;
import org.sealpost.anchor.HeadSource;
import org.sealpost.anchor.KeptEntries;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.control.ControlLog;
import org.sealpost.control.ControlState;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.DirectoryFiles;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a relay wrote down, read without a change to its journal, so a gateway may run meanwhile. It is asked,
/// and never stepped.
///
/// @param proved       the size of the largest head that there is a proof of; 0 if there is none, or nobody asked
/// @param proofsUnread why what proves its final heads cannot be read; empty if it can, or nobody asked
record RelayOnDisk(Relay relay, List<Journal> journals, long proved, Optional<String> proofsUnread)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RelayOnDisk.class);

    private static final Anchorage NOT_OPENED = new DeferredAnchorage(
            () -> {
                throw new AnchorageSetback("a relay that is only read", "none");
            },
            new Capabilities("", false, false));

    private static final HeadSource NO_HEADS = new HeadSource() {
        @Override
        public OriginId originId() {
            throw new IllegalStateException("a relay that is only read");
        }

        @Override
        public Optional<LodgeableHead> newest() {
            return Optional.empty();
        }

        @Override
        public Optional<LodgeableHead> between(long base, int most) {
            return Optional.empty();
        }

        @Override
        public boolean anyAtOnce(long from, long to) {
            return false;
        }

        @Override
        public boolean isSealed(long size, Hash root) {
            return false;
        }

        @Override
        public List<Hash> consistency(long oldSize, long newSize) {
            throw new IllegalArgumentException("there is no head of size " + newSize);
        }
    };

    /// Of a relay that never ran it knows nothing, and of no proof.
    ///
    /// @throws IOException if its journal cannot be read
    static RelayOnDisk open(Path data, String name) throws IOException {
        return open(data, name, false);
    }

    /// The same with what proves its final heads, as far as that can be read.
    static RelayOnDisk withProofs(Path data, String name) throws IOException {
        return open(data, name, true);
    }

    private static RelayOnDisk open(Path data, String name, boolean withProofs) throws IOException {
        var journals = new ArrayList<Journal>();
        try {
            var own = held(data, "anchors-" + name, journals);
            // Second, so that what is given up meanwhile is found there.
            var kept = held(data, KeptEntries.PREFIX + name, journals);
            Optional<AnchorProofs> proofs = Optional.empty();
            Optional<String> unread = Optional.empty();
            try {
                if (withProofs) proofs = Optional.of(proofs(data, name, journals));
            } catch (IOException | BrokenPromise e) {
                unread = Optional.of(Refusal.words(e));
            }
            var relay = Relay.open(
                    RelayConfig.of(name),
                    own,
                    Optional.of(KeptEntries.open(kept)),
                    proofs,
                    Optional.empty(),
                    Optional.of(DoubtFile.of(data, name)),
                    NOT_OPENED,
                    NO_HEADS);
            return new RelayOnDisk(
                    relay, journals, proofs.map(AnchorProofs::largest).orElse(0L), unread);
        } catch (IOException | RuntimeException e) {
            close(journals);
            throw e;
        }
    }

    private static AnchorProofs proofs(Path data, String name, List<Journal> journals) throws IOException {
        var own = held(data, "proofs-" + name, journals);
        var kept = held(data, AnchorProofs.KEPT_PREFIX + name, journals);
        return AnchorProofs.open(name, own, Optional.of(kept));
    }

    private static Journal held(Path data, String kind, List<Journal> journals) throws IOException {
        var journal = journal(data, kind);
        journals.add(journal);
        return journal;
    }

    /// The size of the largest head of this log that it knows to have been signed.
    long largest() {
        return Math.max(relay.largest(), proved);
    }

    /// Those that left a journal here and are none of these: of anchorages that are out of the configuration, and may
    /// be in it again. Closed, which is enough to ask what they hold. One that cannot be read is left out.
    ///
    /// @throws IOException if the data directory cannot be read
    static List<Relay> others(Path data, List<String> names) throws IOException {
        var others = new ArrayList<Relay>();
        for (var name : names(data)) {
            if (names.contains(name)) continue;
            try (var found = open(data, name)) {
                others.add(found.relay);
            } catch (IOException | BrokenPromise e) {
                LOG.warn(
                        "{} cannot be read, so seals of its heads may be given up: {}",
                        data.resolve("anchors-" + name),
                        e.getMessage());
            }
        }
        return others;
    }

    /// Whether this box has sent to this very anchorage before, for this log or for one that it goes on from.
    static boolean anyGoesOn(GatewayConfig config, AnchorIdentity anchorage) {
        return anyGoesOn(folders(config), anchorage);
    }

    /// The data directory, and those of the logs that this one goes on from.
    static List<Path> folders(GatewayConfig config) {
        var folders = new ArrayList<>(List.of(config.data()));
        folders.addAll(config.earlier());
        return folders;
    }

    /// Whether a relay that left a journal in one of these directories goes on with this very anchorage, under whatever
    /// name: what is missing, or cannot be read, tells of none.
    static boolean anyGoesOn(List<Path> folders, AnchorIdentity anchorage) {
        return anyJournal(folders, "anchors-", (folder, name) -> goesOn(folder, name, anchorage));
    }

    /// Whether this is so of a journal of this kind in any of these directories, by its directory and its name.
    static boolean anyJournal(List<Path> folders, String kind, BiPredicate<Path, String> isSo) {
        for (var folder : folders) {
            try {
                for (var name : names(folder, List.of(kind))) {
                    if (isSo.test(folder, name)) return true;
                }
            } catch (IOException e) {
                LOG.debug("{} cannot be read for what was reached from there", folder, e);
            }
        }
        return false;
    }

    private static boolean goesOn(Path folder, String name, AnchorIdentity anchorage) {
        try (var found = open(folder, name)) {
            return found.relay.goesOn() && found.relay.identity().equals(Optional.of(anchorage));
        } catch (IOException | BrokenPromise e) {
            LOG.debug("{} cannot be read for what was reached from there", folder.resolve("anchors-" + name), e);
            return false;
        }
    }

    /// Of all that left a journal here, whether they are configured or not.
    static List<String> names(Path data) throws IOException {
        return names(data, List.of("anchors-"));
    }

    /// The same with those of which nothing but proofs is left.
    static List<String> namesWithProofs(Path data) throws IOException {
        return names(data, List.of("anchors-", "proofs-"));
    }

    /// The same of all that left a journal of one of these kinds, by the beginnings of their folders' names.
    static List<String> names(Path data, List<String> kinds) throws IOException {
        var names = new TreeSet<String>();
        DirectoryFiles.visit(data, folder -> {
            var file = String.valueOf(folder.getFileName());
            for (var kind : kinds) {
                // Beside them may stand what somebody has moved away.
                if (file.startsWith(kind) && RelayConfig.isName(file.substring(kind.length()))) {
                    names.add(file.substring(kind.length()));
                }
            }
        });
        return List.copyOf(names);
    }

    /// How many entries of the log beside it are sealed; 0 if there is none.
    static long sealedSize(Path data) throws IOException {
        try (var seals = SealLog.open(journal(data, SealLog.KIND), journal(data, SealLog.KEPT_KIND))) {
            return seals.newest().map(SealedHead::size).orElse(0L);
        }
    }

    /// What was ordered of the anchorages.
    static ControlState orders(Path data) throws IOException {
        Supplier<ClockReading> none = () -> {
            throw new IllegalStateException("a control journal that is only read");
        };
        try (var control = ControlLog.open(journal(data, ControlLog.KIND), none, new FatalEnd())) {
            return control.state();
        }
    }

    private static Journal journal(Path data, String kind) throws IOException {
        return StoredLog.journal(data, kind, 0);
    }

    private static void close(List<Journal> journals) throws IOException {
        for (var journal : journals) journal.close();
    }

    @Override
    public void close() throws IOException {
        close(journals);
    }
}
