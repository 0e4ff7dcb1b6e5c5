package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.anchor.Agreement;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.BrokenPromise;

/// Whether anything that the relays of a stopped gateway wrote down speaks against sealing its log further: then other
/// entries would be sealed at indexes that others have seen (I6). What [HistoryGuard] and [HeadsLost] keep a gateway
/// from, read from the disk, of all that left a journal here, also where the configuration has them no more.
///
/// No ledger is asked: what one holds that no gateway has asked since the directory was put here is not known.
final class NotedHeads {
    private NotedHeads() {}

    /// In words; empty if nothing does.
    ///
    /// @param data   with the lock of its entries held
    /// @param sealed entries below its newest head
    /// @throws IOException if the data directory cannot be read
    static Optional<String> against(Path data, long sealed) throws IOException {
        for (var name : RelayOnDisk.namesWithProofs(data)) {
            var against = against(data, name, sealed);
            if (against.isPresent()) return against;
        }
        return Optional.empty();
    }

    private static Optional<String> against(Path data, String name, long sealed) {
        try (var noted = RelayOnDisk.withProofs(data, name)) {
            if (noted.relay().agreement() == Agreement.CONTRADICTS) {
                return Optional.of("another history of this log is known, or more of it than is here: "
                        + noted.relay().trouble().orElseThrow().cause() + " (where " + name + " was wrong, "
                        + askedAgain(name) + "; where it is gone for good, move anchors-" + name + ", anchored-" + name
                        + " and doubted-" + name + " out of the data directory, as many of them as there are)");
            }
            if (noted.largest() > sealed) {
                return Optional.of("a head of " + noted.largest() + " entries went to " + name
                        + ", but the newest seal covers " + sealed);
            }
            return noted.proofsUnread().filter(_ -> areAllThatTells(noted)).map(cause -> unreadable(name, cause));
        } catch (IOException | BrokenPromise e) {
            return Optional.of(unreadable(name, Refusal.words(e)));
        }
    }

    /// What ends a conflict with a ledger that was wrong.
    static String askedAgain(String name) {
        return "configure it again if it is not, and have it asked once more: sealpost anchor resubmit " + name
                + " (a gateway without an owner is stopped before that and started behind it)";
    }

    /// What an authority answered is all that tells what it stamped, and so is any proof where the relay's journal is
    /// lost.
    private static boolean areAllThatTells(RelayOnDisk noted) {
        var identity = noted.relay().identity();
        return identity.isEmpty() || identity.get() instanceof AnchorIdentity.Tsa;
    }

    private static String unreadable(String name, String cause) {
        return "which heads went to " + name + " cannot be told, since what its relay wrote down cannot be read: "
                + cause;
    }
}
