package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.DoubtFile;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.UnreadableRelay;
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

    /// How a ledger is reached; what its relay wrote down is not looked at.
    interface Opening {
        OpenedAnchorage open(String name) throws AnchorageSetback, IOException, InterruptedException;
    }

    /// A log that does not grow meanwhile.
    interface Log {
        OriginId originId();

        /// So many entries a seal covers.
        long sealedSize();

        /// @param size 1 to [#sealedSize]
        /// @throws UncheckedIOException as [IOException]
        Hash root(long size) throws IOException;
    }

    AskedLedgers(GatewayConfig config, Log log) {
        this(config.data(), ledgers(config), name -> OpenedAnchorage.open(config, name, Optional.empty()), log);
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
                .filter(AnchorageSettings::keepsHistoryElsewhere)
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
        var noted = Noted.of(data, name);
        noted.unread.ifPresent(why -> told.accept("What the relay " + name + " knows cannot be read: " + why));
        Silence silence;
        try (var opened = opening.open(name)) {
            var against = against(opened.anchorage(), noted.known, noted.wasFinal, log);
            if (against.isPresent()) throw contradicted(name + ": " + against.get());
            // What it stopped for it may not have come to.
            if (noted.agreement == Agreement.CONTRADICTS) {
                throw contradicted(noted.said + ", and nobody had it asked once more since; where it was wrong, "
                        + NotedHeads.askedAgain(name));
            }
            return;
        } catch (AnchorageSetback e) {
            if (e.speaksAgainstTheLog()) {
                // Said again, though it is not confirmed this time, it is no less than what the relay stopped for.
                if (noted.agreement == Agreement.CONTRADICTS) {
                    throw contradicted(noted.said + ", and now " + name + ": " + e.getMessage()
                            + "; where it is wrong, " + NotedHeads.askedAgain(name));
                }
                throw unconfirmed(name + ": " + e.getMessage());
            }
            silence = new Silence(String.valueOf(e.getMessage()), e.remedy());
        } catch (TokenSetback e) {
            silence = new Silence(String.valueOf(e.getMessage()), e.remedy());
        } catch (StartRefused e) {
            silence = new Silence(e.problem(), e.remedy());
        } catch (IOException e) {
            silence = new Silence(Refusal.words(e), "look at the file that is named");
        }
        silent(name, silence, noted, unasked, told);
    }

    /// Why a ledger does not say what it holds.
    private record Silence(String cause, String remedy) {}

    /// What its relay wrote down; where that cannot be read, the ledger is asked without.
    ///
    /// @param known    who it was when it was reached first
    /// @param wasFinal the largest head that was final there
    /// @param said     what it was told against the log, if anything
    /// @param unread   why it cannot be read
    private record Noted(
            Optional<AnchorIdentity> known,
            Optional<FinalHead> wasFinal,
            Agreement agreement,
            String said,
            Optional<String> unread) {
        static Noted of(Path data, String name) {
            try (var found = RelayOnDisk.open(data, name)) {
                var relay = found.relay();
                var said = relay.trouble().map(Anchored.Trouble::cause).orElse("");
                return new Noted(relay.identity(), relay.newestFinal(), relay.agreement(), said, Optional.empty());
            } catch (IOException | BrokenPromise e) {
                var doubt = DoubtFile.of(data, name).read();
                return new Noted(
                        Optional.empty(),
                        Optional.empty(),
                        doubt.isPresent() ? Agreement.DOUBTED : Agreement.NOT_ASKED,
                        doubt.map(against -> name + " says something against this log: " + against.said())
                                .orElse(""),
                        Optional.of(Refusal.words(e)));
            }
        }
    }

    /// In words, what speaks against that the log goes on; empty if all that the ledger holds lies within it.
    ///
    /// @param known    who it was when it was reached first
    /// @param wasFinal the largest head that was final there, as its relay has it
    /// @throws AnchorageSetback if it does not tell, has not come as far as it had, or is another one
    /// @throws HsmRefusal       if it does tell, and this log cannot be read there
    static Optional<String> against(
            Anchorage ledger, Optional<AnchorIdentity> known, Optional<FinalHead> wasFinal, Log log)
            throws AnchorageSetback {
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
        var ours = isBeyond ? NO_ROOT : ours(log, size);
        if (ours.equals(newest.newestRoot())) return Optional.empty();
        String said = isBeyond
                ? "it holds a head of " + size + " entries, and " + log.sealedSize()
                        + " are sealed here: this data directory is an older copy, or another one went on"
                : "it holds another root for " + size + " entries of this log: a copy of the data directory, or"
                        + " somebody who has the key, went on as well";
        requireConfirmed(ledger, log.originId(), size, ours, said);
        return Optional.of(said);
    }

    /// The ledger has answered, so a disk that does not is no silence of its: nobody goes on without the comparison.
    private static Hash ours(Log log, long size) {
        try {
            return log.root(size);
        } catch (IOException e) {
            throw unreadHere(size, e);
        } catch (UncheckedIOException e) {
            throw unreadHere(size, e.getCause());
        }
    }

    private static HsmRefusal unreadHere(long size, IOException e) {
        return new HsmRefusal(
                "a ledger holds a head of " + size + " entries, and what this log has there cannot be read: "
                        + Refusal.words(e) + "; nothing was changed, since whether both are one history is not known."
                        + " Give the disk room, or mend it first (docs/operations.md, A damaged journal)",
                HsmCommand.REFUSED);
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

    private static HsmRefusal unconfirmed(String cause) {
        return new HsmRefusal(
                cause + "; it says so, and that is not confirmed, so nothing was changed. See to it that another of its"
                        + " nodes is reached, and that it is final there, and give the command again; or, if it is"
                        + " wrong, take it out of the configuration",
                HsmCommand.LATER);
    }

    private static HsmRefusal unread(String name, Noted noted, String cause) {
        return new HsmRefusal(
                noted.said + ", and does not say otherwise now: " + cause + "; what its relay knows cannot be read: "
                        + noted.unread.orElseThrow() + ". Nothing was changed. Copy the data directory, and "
                        + UnreadableRelay.mendJournal(name) + ". Or, if it is wrong, take it out of the configuration",
                HsmCommand.LATER);
    }

    private static HsmRefusal contradicted(String cause) {
        return new HsmRefusal(
                cause + "; nothing was changed, since it would begin a second history of this log. Find the newer copy,"
                        + " or whoever made the other history; if there is no other way, another origin goes on from"
                        + " this one: sealpost origin succeed --reason restored, or two-histories; where this log says at"
                        + " its end that one does already, --reason damaged with its directory",
                HsmCommand.REFUSED);
    }

    /// What it said when it was asked last stands.
    private static void silent(String name, Silence silence, Noted noted, boolean unasked, Consumer<String> told) {
        switch (noted.agreement) {
            case CONTRADICTS ->
                throw contradicted(noted.said + ", and does not say otherwise now: " + silence.cause
                        + "; where it was wrong, " + NotedHeads.askedAgain(name));
            case DOUBTED -> {
                if (noted.unread.isPresent()) throw unread(name, noted, silence.cause);
                throw unconfirmed(noted.said + ", and does not say otherwise now: " + silence.cause);
            }
            case NOT_ASKED, AGREES -> {}
        }
        var sentence = "what " + name + " holds of this log is not known: " + silence.cause;
        if (unasked) {
            told.accept("WARNING: " + sentence);
            return;
        }
        throw new HsmRefusal(
                sentence + (silence.remedy.isEmpty() ? "" : "; " + silence.remedy)
                        + ". On an older copy of the data directory a second history of the log would begin, so nothing"
                        + " was changed. If nobody else, and no other copy, can have gone on with this log, the same"
                        + " with " + UNASKED,
                HsmCommand.LATER);
    }
}
