package org.sealpost.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.sealpost.app.inspect.OrderedErasures;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.control.Act;
import org.sealpost.control.ControlOfLaterRelease;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFull;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFull;
import org.sealpost.journal.Salvage;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;

/// What can be read of a log with a journal that cannot be mended. What cannot be told is taken for the
/// worst: without the orders to erase every body is hidden.
///
/// @param data    the data directory, with the lock of its entries held
/// @param entries the directory of its entries
/// @param named   which origin it is as others know it; needed where neither a seal nor its genesis says so
/// @param said    is told what is lost with a journal
record DamagedLog(Path data, Disk entries, Optional<Genesis.Previous> named, Consumer<String> said) {

    /// @param ending that another goes on, if it says so
    record Found(OldLog log, Optional<SuccessionEntries.Ending> ending) {}

    /// @throws HsmRefusal if it does not tell which origin it is, or tells of two
    Found read() throws IOException {
        var newest = newestSeal();
        long sealed = newest.map(SealedHead::size).orElse(0L);
        var salvage = Salvage.of(entries, SalvageSwap.ENTRIES, sealed);
        var log = new OldLog(
                previous(newest, salvage),
                List.of(),
                newest.map(head -> head.seal().keyThumbprint()),
                sealed,
                newest.map(SealedHead::root).orElse(OldLog.NO_ROOT),
                salvage.examination().nextIndex(),
                visitor -> salvage.entries(sealed, visitor),
                hides(salvage),
                acts(salvage));
        return new Found(log, SuccessionEntries.lastOf(salvage));
    }

    private Optional<SealedHead> newestSeal() throws IOException {
        if (!Files.isDirectory(data.resolve(SealLog.KIND))) return Optional.empty();
        return readable(
                        () -> {
                            try (var seals = LogParts.seals(data)) {
                                return seals.newest();
                            }
                        },
                        "its seals cannot be read, so all of its entries are taken over: ")
                .flatMap(newest -> newest);
    }

    private Genesis.Previous previous(Optional<SealedHead> newest, Salvage salvage) throws IOException {
        var told = new LinkedHashMap<String, Genesis.Previous>();
        newest.map(SealedHead::seal)
                .ifPresent(seal -> told.put("its newest seal", previous(seal.origin(), seal.genesisHash())));
        genesis(salvage).ifPresent(log -> told.put("its entry 0", previous(log.origin(), log.genesisHash())));
        named.ifPresent(others -> told.put("--old-origin and --old-genesis", others));
        if (told.isEmpty()) {
            throw new HsmRefusal(
                    "nothing that can be read in " + data + " says which origin it is: give --old-origin and"
                            + " --old-genesis, which a trust file has, and so does evidence",
                    HsmCommand.REFUSED);
        }
        if (told.values().stream().distinct().count() > 1) {
            throw new HsmRefusal(
                    "it cannot be told which origin " + data + " is of: "
                            + told.entrySet().stream()
                                    .map(one -> one.getKey() + " says "
                                            + one.getValue().origin() + ", genesis "
                                            + Hash.of(one.getValue().genesisHash()))
                                    .collect(Collectors.joining("; ")),
                    HsmCommand.REFUSED);
        }
        return told.values().iterator().next();
    }

    private static Genesis.Previous previous(Origin origin, Hash genesis) {
        return new Genesis.Previous(origin, genesis.toBytes());
    }

    private static Optional<LogIdentity> genesis(Salvage salvage) throws IOException {
        var found = new GenesisLooker();
        salvage.leaves(found);
        return found.log;
    }

    private static final class GenesisLooker implements Journal.LeafVisitor {
        private Optional<LogIdentity> log = Optional.empty();

        @Override
        public void visit(long index, byte[] leaf) throws IOException {
            if (index > 0) return;
            try {
                if (Leaf.parse(leaf) instanceof GenesisLeaf(var genesis)) log = Optional.of(LogIdentity.of(genesis));
            } catch (CborMalformed e) {
                throw new IOException("entry 0 is no leaf: " + e.getMessage(), e);
            }
        }
    }

    private LongPredicate hides(Salvage salvage) throws IOException {
        var ordered = readable(
                () -> OrderedErasures.found(data.resolve(Erasures.KIND)),
                "what was ordered to be erased cannot be read, so no body is taken over: ");
        if (ordered.isEmpty()) return _ -> true;
        if (ordered.get().isEmpty() && holds(salvage, IntakeTrail.ERASURE_PROFILE)) {
            said.accept("the log says that something was ordered to be erased, and the journal of that is gone, so no"
                    + " body is taken over");
            return _ -> true;
        }
        return ordered.get().orElse(_ -> false);
    }

    private List<Act> acts(Salvage salvage) throws IOException {
        var acts = readable(
                () -> OldLog.acts(data),
                "the control journal cannot be read, so nothing of it is taken over, and a box must be claimed again: ");
        if (acts.isPresent() && acts.get().isEmpty() && holds(salvage, IntakeTrail.PROFILE)) {
            said.accept(
                    "the log says that its owner did something, and the control journal holds nothing, so nothing of"
                            + " it is taken over, and a box must be claimed again");
        }
        return acts.flatMap(found -> found).orElse(List.of());
    }

    /// Whether any of the leaves that can be read is of such an entry of the box's own.
    private static boolean holds(Salvage salvage, String profile) throws IOException {
        boolean[] found = {false};
        salvage.leaves((_, leaf) -> found[0] |= SuccessionEntries.isOf(leaf, profile));
        return found[0];
    }

    /// What a journal beside the entries says; empty, and said, if its bytes or its disk are at fault.
    ///
    /// @throws HsmRefusal if somebody else has it
    private <T> Optional<T> readable(StoppedLog.Opening<T> reading, String lost) throws IOException {
        try {
            return Optional.of(StoppedLog.held(data, reading));
        } catch (DiskFull | JournalFull | AccessDeniedException e) {
            // There is a remedy, and then all of it can be read.
            throw e;
        } catch (ControlOfLaterRelease e) {
            throw e;
        } catch (IOException | BrokenPromise e) {
            said.accept(lost + e.getMessage());
            return Optional.empty();
        }
    }
}
