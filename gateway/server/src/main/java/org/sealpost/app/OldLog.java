package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.sealpost.app.inspect.OrderedErasures;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.P256Key;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealedHead;

/// What lies in the directory of an origin that must end, read while no gateway can start there.
///
/// @param previous which origin that is
/// @param keys     that sealed it; none where they cannot be told
/// @param inForce  the thumbprint of the one that seals it; empty where nothing tells
/// @param sealed   entries below its newest head; 0 if there is none
/// @param root     of that head; zeros if there is none
/// @param kept     the index behind the last entry that lies there
/// @param beyond   those that no head of it covers and none ever will
/// @param hides    tells by its index whether an entry was ordered to be erased
/// @param acts     by which its owner's will is in force
record OldLog(
        Genesis.Previous previous,
        List<P256Key> keys,
        Optional<Hash> inForce,
        long sealed,
        Hash root,
        long kept,
        Entries beyond,
        LongPredicate hides,
        List<Act> acts) {
    static final Hash NO_ROOT = Hash.of(new byte[Hash.SIZE]);

    /// Entries of a journal, in their order, as often as somebody asks.
    interface Entries {
        void scan(Journal.Visitor visitor) throws IOException;
    }

    /// Whether that log says that it goes on from this one.
    boolean isNamedBy(LogIdentity log) {
        return log.genesis().previous().equals(Optional.of(previous));
    }

    /// One that can be opened as ever.
    static OldLog of(StoppedLog log) throws IOException {
        var newest = log.seals().newest();
        long sealed = newest.map(SealedHead::size).orElse(0L);
        return of(
                log.data(),
                log.keys().identity(),
                sealed,
                newest.map(SealedHead::root).orElse(NO_ROOT),
                log.entries().size(),
                visitor -> log.entries().scan(sealed, Integer.MAX_VALUE, visitor));
    }

    /// One that is sealed to its end, so that nothing lies beyond.
    ///
    /// @param size entries that it has, without the one that says that it ended
    static OldLog sealedToItsEnd(Path data, LogParts log, long size) throws IOException {
        return of(data, log.identity(), size, log.tree().root(size), size, _ -> {});
    }

    private static OldLog of(Path data, LogIdentity identity, long sealed, Hash root, long kept, Entries beyond)
            throws IOException {
        return new OldLog(
                new Genesis.Previous(identity.origin(), identity.genesisHash().toBytes()),
                identity.keys().keys(),
                Optional.of(identity.keys().last().thumbprint()),
                sealed,
                root,
                kept,
                beyond,
                OrderedErasures.in(data.resolve(Erasures.KIND)),
                acts(data).orElse(List.of()));
    }

    /// Those in force; empty if the control journal is missing or holds none at all.
    static Optional<List<Act>> acts(Path data) throws IOException {
        if (!Files.isDirectory(data.resolve(ControlLog.KIND))) return Optional.empty();
        try (var control = ControlLog.open(
                LogParts.small(data, ControlLog.KIND, Act.MAX_SIZE_BYTES), OldLog::noAct, new FatalEnd())) {
            return control.isEmpty() ? Optional.empty() : Optional.of(control.inForce());
        }
    }

    private static ClockReading noAct() {
        throw new IllegalStateException("an act of an origin that ends");
    }
}
