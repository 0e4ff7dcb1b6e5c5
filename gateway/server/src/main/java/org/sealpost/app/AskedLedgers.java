package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.DoubtFile;
import org.sealpost.anchor.FinalHead;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// What the ledgers hold of a log to which a command is about to add what is signed: as [HistoryGuard] before the
/// gateway's seals. On an older copy of a data directory it would begin a second history of the log.
///
/// They are asked in turn, each answer within its ledger's `deadline`.
final class AskedLedgers {
    /// By which a person goes on without the word of a ledger.
    static final String UNASKED = "--unasked";

    static final String UNASKED_MEANS =
            "goes on though a ledger does not say what it holds of this log: only where nobody"
                    + " else, and no other copy of the data directory, can have gone on with it";

    private static final Hash NO_ROOT = Hash.of(new byte[Hash.SIZE]);

    private final Path data;
    private final List<String> names;
    private final Opening opening;
    private final Log log;

    /// How a ledger is reached.
    interface Opening {
        OpenedAnchorage open(String name) throws AnchorageSetback, IOException, InterruptedException;
    }

    /// A log that does not grow meanwhile.
    interface Log {
        OriginId originId();

        /// So many entries a seal covers.
        long sealedSize();

        /// @param size 1 to [#sealedSize]
        Hash root(long size) throws IOException;
    }

    AskedLedgers(GatewayConfig config, Log log) {
        this(config.data(), ledgers(config), name -> OpenedAnchorage.open(config, name), log);
    }

    /// @param names of the ledgers
    AskedLedgers(Path data, List<String> names, Opening opening, Log log) {
        this.data = data;
        this.names = names;
        this.opening = opening;
        this.log = log;
    }

    private static List<String> ledgers(GatewayConfig config) {
        return config.anchorages().stream()
                .filter(settings -> switch (settings) {
                    case EvmSettings _, FabricSettings _ -> true;
                    // What stands on this box came back with the copy, and an authority takes any history.
                    case LocalSettings _, AuthoritySettings _ -> false;
                })
                .map(AnchorageSettings::name)
                .toList();
    }

    /// @param unasked whether it goes on where one does not say; what one says counts all the same
    /// @param told    is told what was not said
    /// @throws HsmRefusal if one contradicts, or does not say what it holds
    void require(boolean unasked, Consumer<String> told) throws InterruptedException {
        for (var name : names) require(name, unasked, told);
    }

    private void require(String name, boolean unasked, Consumer<String> told) throws InterruptedException {
        try (var opened = opening.open(name)) {
            var against = against(opened.anchorage(), opened.known(), wasFinal(name), log);
            if (against.isPresent()) throw contradicted(name + ": " + against.get());
        } catch (AnchorageSetback e) {
            if (e.speaksAgainstTheLog()) throw unconfirmed(name + ": " + e.getMessage());
            silent(name, String.valueOf(e.getMessage()), e.remedy(), unasked, told);
        } catch (TokenSetback e) {
            silent(name, String.valueOf(e.getMessage()), e.remedy(), unasked, told);
        } catch (StartRefused e) {
            silent(name, e.problem(), e.remedy(), unasked, told);
        } catch (IOException e) {
            silent(name, Refusal.words(e), "look at the file that is named", unasked, told);
        }
    }

    /// In words, what speaks against that the log goes on; empty if all that the ledger holds lies within it.
    ///
    /// @param known    who it was when it was reached first
    /// @param wasFinal the largest head that was final there, as its relay has it
    /// @throws AnchorageSetback if it does not tell, has not come as far as it had, or is another one
    static Optional<String> against(
            Anchorage ledger, Optional<AnchorIdentity> known, Optional<FinalHead> wasFinal, Log log)
            throws AnchorageSetback, IOException {
        if (wasFinal.isPresent()) ledger.had(wasFinal.get().place());
        var found = ledger.identity(known);
        if (known.isPresent() && !known.get().equals(found)) {
            throw new AnchorageSetback(
                    "it is " + found + ", and was " + known.get() + " when it was reached first", "check its address");
        }
        var newest = ledger.largest(log.originId());
        long size = newest.newestSize();
        if (wasFinal.isPresent() && size < wasFinal.get().size()) {
            throw new AnchorageSetback(
                    "it holds " + (size == 0 ? "no head" : "a head of " + size + " entries at most")
                            + ", and one of " + wasFinal.get().size() + " was final there in block "
                            + wasFinal.get().place().height() + ": whoever answers is behind, or lost it",
                    "ask again once it caught up; where it lost it for good, a gateway that is started once writes"
                            + " that down");
        }
        if (size == 0) return Optional.empty();
        boolean isBeyond = size > log.sealedSize();
        var ours = isBeyond ? NO_ROOT : log.root(size);
        if (ours.equals(newest.newestRoot())) return Optional.empty();
        String said = isBeyond
                ? "it holds a head of " + size + " entries, and " + log.sealedSize()
                        + " are sealed here: this data directory is an older copy, or another one went on"
                : "it holds another root for " + size + " entries of this log: a copy of the data directory, or"
                        + " somebody who has the key, went on as well";
        requireConfirmed(ledger, log.originId(), size, ours, said);
        return Optional.of(said);
    }

    /// Told as surely as a conflict has to be. What was said before that is no silence, whatever becomes of it.
    private static void requireConfirmed(Anchorage ledger, OriginId origin, long size, Hash ours, String said)
            throws AnchorageSetback {
        Finding found;
        try {
            found = ledger.find(origin, size, ours);
        } catch (AnchorageSetback e) {
            throw new AnchorageSetback(said + ". That is not confirmed: " + e.getMessage(), e.remedy(), e)
                    .againstTheLog();
        }
        if (found instanceof Finding.Conflict) return;
        throw new AnchorageSetback(said + ". Asked again, it said otherwise", "ask once more").againstTheLog();
    }

    private Optional<FinalHead> wasFinal(String name) throws IOException {
        try (var relay = RelayOnDisk.open(data, name)) {
            return relay.relay().newestFinal();
        } catch (BrokenPromise e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static HsmRefusal unconfirmed(String cause) {
        return new HsmRefusal(
                cause + "; it says so, and that is not confirmed, so nothing was changed. See to it that another of its"
                        + " nodes is reached, and that it is final there, and give the command again; or, if it is"
                        + " wrong, take it out of the configuration",
                HsmCommand.LATER);
    }

    private static HsmRefusal contradicted(String cause) {
        return new HsmRefusal(
                cause + "; nothing was changed, since it would begin a second history of this log. Find the newer copy,"
                        + " or whoever made the other history; if there is no other way, another origin goes on from"
                        + " this one: sealpost origin succeed --reason restored, or two-histories",
                HsmCommand.REFUSED);
    }

    /// What it said when it was asked last stands.
    private void silent(String name, String cause, String remedy, boolean unasked, Consumer<String> told) {
        try (var relay = RelayOnDisk.open(data, name)) {
            var last = relay.relay().trouble();
            if (relay.relay().agreement() == Agreement.DOUBTED) {
                throw unconfirmed(last.orElseThrow().cause() + ", and does not say otherwise now: " + cause);
            }
            if (relay.relay().agreement() == Agreement.CONTRADICTS) {
                throw contradicted(last.orElseThrow().cause() + ", and does not say otherwise now: " + cause);
            }
        } catch (IOException | BrokenPromise e) {
            if (DoubtFile.of(data, name).isThere()) {
                throw unconfirmed(
                        name + ": it said something against this log, and what its relay knows cannot be read: "
                                + Refusal.words(e));
            }
            told.accept("What the relay " + name + " knows cannot be read: " + Refusal.words(e));
        }
        var sentence = "what " + name + " holds of this log is not known: " + cause;
        if (unasked) {
            told.accept("WARNING: " + sentence);
            return;
        }
        throw new HsmRefusal(
                sentence + (remedy.isEmpty() ? "" : "; " + remedy)
                        + ". On an older copy of the data directory a second history of the log would begin, so nothing"
                        + " was changed. If nobody else, and no other copy, can have gone on with this log, the same"
                        + " with " + UNASKED,
                HsmCommand.LATER);
    }
}
