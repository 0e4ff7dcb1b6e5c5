package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.evidence.P256Key;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.Token;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.HandOver;
import org.sealpost.record.Origin;
import org.sealpost.seal.HandOverLog;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.Sealer;

/// Ends an origin and begins the one that goes on from it (docs/formats.md §31).
///
/// Each step is durable before the next one begins, and finds what it has come to before: cut at any moment,
/// the same again completes it. Nothing is taken from the old directory, so each record is in one of the two
/// or in both.
final class Succession {
    private final GatewayConfig settings;
    private final Order order;
    private final Supplier<ClockReading> clock;
    private final String by;
    private final Consumer<String> done;

    /// @param to     the directory of the new origin
    /// @param key    the label of another key that is to seal it; made if it is not there
    /// @param named  which origin ends as others know it, where its directory does not say so
    /// @param lost   which origin does not go on from it after all, though its directory or its last entry says so:
    ///     that one's directory is lost, and no gateway ever ran there
    /// @param unasked whether the old log is sealed to its end though a ledger does not say what it holds of it
    record Order(
            Path to,
            SuccessionReason reason,
            Optional<String> key,
            Optional<Genesis.Previous> named,
            Optional<Origin> lost,
            boolean unasked) {}

    /// @param settings of the gateway whose origin ends
    /// @param by       who orders it, as in acts
    /// @param done     is told what was done, after each step
    Succession(GatewayConfig settings, Order order, Supplier<ClockReading> clock, String by, Consumer<String> done) {
        this.settings = settings;
        this.order = order;
        this.clock = clock;
        this.by = by;
        this.done = done;
    }

    /// @return the origin that goes on; from then on the old one never starts
    /// @throws HsmRefusal if it cannot be done
    /// @throws org.sealpost.hsm.TokenSetback if the token is away: the same again goes on
    Successor run() throws Exception {
        requireOwnDirectory();
        var before = Successor.of(settings.data());
        if (before.isPresent()) {
            if (isThere(before.get())) {
                try (var token = HsmRotate.open(settings.token())) {
                    requireKeyOf(NewLog.in(order.to()).orElseThrow(), sealKey(), token);
                }
                return before.get();
            }
            // A gateway may run on it by now.
            if (!isLost(before.get())) throw elsewhere(before.get());
        }
        return switch (order.reason()) {
            case RESTORED, TWO_HISTORIES -> asItLies();
            case DAMAGED -> damaged();
            case KEY_LOST, HAND_OVERS -> toItsEnd();
        };
    }

    /// What the key that seals the new origin is called in its token. Its log was never handed over, so that the
    /// configuration names it.
    ///
    /// @throws HsmRefusal if a gateway runs on the old one
    String sealKey() throws IOException {
        if (order.key().isPresent()) return order.key().get();
        return order.reason() == SuccessionReason.DAMAGED
                ? settings.token().sealKey()
                : StoppedLog.sealKeyInForce(settings);
    }

    private void requireOwnDirectory() throws IOException {
        var old = settings.data().toAbsolutePath().normalize();
        if (order.to().startsWith(old) || old.startsWith(order.to())) {
            throw refused("the new origin needs a data directory of its own, and " + order.to() + " and " + old
                    + " lie in one another");
        }
        if (RangeImport.isMirror(settings.data()))
            throw refused(
                    settings.data() + " is a mirror that sealpost import made, and not a gateway's data directory");
    }

    private HsmRefusal elsewhere(Successor successor) {
        return refused("the origin in " + settings.data() + " ended, and " + successor.origin()
                + " goes on from it, which " + order.to() + " does not hold: give the directory of that one; "
                + (order.reason().isSaidByTheOldLog()
                        ? SuccessionEntries.wayOut(successor)
                        : "if that is lost, and no gateway ever ran there: the same with --lost " + successor.origin()
                                + ", and another one"));
    }

    /// Nothing of the old log was sealed for that one, so that no head that others have seen is another one's now.
    private boolean isLost(Successor successor) {
        return order.lost().equals(Optional.of(successor.origin()));
    }

    private boolean isThere(Successor successor) throws IOException {
        return NewLog.in(order.to()).filter(successor::isOf).isPresent();
    }

    // --- what the reason makes of the old log

    private Successor asItLies() throws Exception {
        try (var log = StoppedLog.openAsItIs(settings)) {
            var ended = refuseEndedMeanwhile();
            var said = SuccessionEntries.lastOf(log.entries());
            if (said.isPresent()) {
                throw refused("this log says at its end that " + said.get().origin()
                        + " goes on from it: give the reason and the directory that were given then; "
                        + SuccessionEntries.wayOut(ended.orElse(said.get())));
            }
            if (ended.isEmpty() && order.lost().isPresent()) throw nobodyLost();
            var old = OldLog.of(log);
            return untilItsEnd(old, keys(old, log.keys().sealKey()));
        }
    }

    private Successor damaged() throws Exception {
        if (!Files.isDirectory(settings.data()))
            throw refused(settings.data() + " is not there: name the old one in data");
        SalvageSwap.refuseHalfDone(settings.data());
        if (Files.isDirectory(settings.data().resolve(HandOverLog.KIND))
                && order.key().isEmpty()) {
            throw HsmTarget.usage("this log was handed over to another key than the configuration names: give --key,"
                    + " with the label of the one that is to seal the new origin");
        }
        var entries = DirectoryDisk.open(settings.data().resolve(SalvageSwap.ENTRIES));
        try (var _ = StoppedLog.held(settings.data(), entries::lock)) {
            var ended = refuseEndedMeanwhile();
            var found = new DamagedLog(settings.data(), entries, order.named(), done).read();
            var label = order.key().orElse(settings.token().sealKey());
            var named = found.ending().flatMap(SuccessionEntries.Ending::successor);
            if (named.isPresent() && isThere(named.get())) {
                // Before it said so, all that goes on was durable.
                try (var token = HsmRotate.open(settings.token())) {
                    requireKeyOf(NewLog.in(order.to()).orElseThrow(), label, token);
                }
                return end(named.get());
            }
            // Where the directory says who goes on, that one took the place of whom the last entry names.
            boolean isSaid = found.ending().isPresent() || order.lost().isPresent();
            if (ended.isEmpty() && isSaid) requireLost(found.ending());
            return untilItsEnd(found.log(), keys(found.log(), settings.token().sealKey()));
        }
    }

    /// Two origins that both go on from one would be two histories of it.
    private void requireLost(Optional<SuccessionEntries.Ending> ending) {
        if (ending.isEmpty()) throw nobodyLost();
        var named = ending.get().successor();
        boolean isLost =
                order.lost().isPresent() && (named.isEmpty() || order.lost().equals(named.map(Successor::origin)));
        if (isLost) return;
        throw refused(named.map(successor -> "this log says at its end that " + successor.origin()
                        + " goes on from it: give its directory; " + SuccessionEntries.wayOut(successor))
                .orElse("this log says at its end that another goes on from it, and which one cannot be read: if no"
                        + " gateway ever ran there, give its name with --lost, and another directory"));
    }

    private HsmRefusal nobodyLost() {
        return refused("neither this log at its end nor its directory says that another goes on: leave --lost out");
    }

    private Successor untilItsEnd(OldLog old, Optional<List<Genesis.Key>> keys) throws IOException {
        try (var begun = opened(old)) {
            return end(goOn(begun, keys));
        }
    }

    /// Nobody doubts what such a log holds, so it is sealed as ever, and says itself that it ended. The ledgers are
    /// asked all the same: its directory may be an older copy.
    private Successor toItsEnd() throws Exception {
        requireReason();
        try (var token = HsmRotate.open(settings.token());
                var log = StoppedLog.held(
                        settings.data(), () -> LogParts.open(settings, token, clock, LogParts.reserve(settings)))) {
            refuseEndedMeanwhile();
            var said = SuccessionEntries.lastOf(log.entries());
            if (said.isPresent()) {
                // Before it said so, all that goes on was durable.
                if (!isThere(said.get())) {
                    throw refused("this log says at its end that " + said.get().origin() + " goes on from it, which "
                            + order.to() + " does not hold: give the directory of that one; "
                            + SuccessionEntries.wayOut(said.get()));
                }
                var label = order.key().orElse(log.keys().seal().spec().name());
                requireKeyOf(NewLog.in(order.to()).orElseThrow(), label, token);
                requireUncontradicted(
                        log,
                        "this log says at its end that " + said.get().origin()
                                + " goes on from it: give --reason damaged, with the same directory, which seals"
                                + " nothing more");
                sealAll(log);
                return end(said.get());
            }
            requireUncontradicted(
                    log,
                    "give --reason restored, or two-histories where another one went on: they seal"
                            + " nothing more of it, and what no seal covers goes on under the new name");
            sealAll(log);
            long size = log.entries().size();
            done.accept("The old log is sealed to its end: " + size + " entries.");
            var old = OldLog.sealedToItsEnd(settings.data(), log, size);
            var keys = keys(old, log.keys().seal().spec().name(), token);
            try (var begun = opened(old)) {
                var successor = goOn(begun, keys);
                var last = SuccessionEntries.succeeded(successor, order.reason(), clock.get(), by);
                log.entries().append(last.leaf(), last.body());
                log.entries().force();
                done.accept("Entry " + size + " of the old log says that it ended.");
                sealAll(log);
                done.accept("It is sealed.");
                return end(successor);
            }
        }
    }

    /// Until its log was held, the same command may have come and gone.
    ///
    /// @return who was to go on, and is lost
    private Optional<Successor> refuseEndedMeanwhile() throws IOException {
        var ended = Successor.of(settings.data());
        if (ended.isPresent() && !isLost(ended.get())) throw ended.get().refused(settings.data());
        return ended;
    }

    private void requireReason() throws IOException, InterruptedException {
        try (var log = StoppedLog.openAsItIs(settings)) {
            var handOvers = log.keys().identity().keys().handOvers();
            if (order.reason() == SuccessionReason.HAND_OVERS && handOvers.size() < HandOver.MAX_NUMBER) {
                throw refused("this origin was handed over " + handOvers.size() + " times, and may be "
                        + HandOver.MAX_NUMBER + " times");
            }
            if (order.reason() == SuccessionReason.KEY_LOST
                    && handOvers.stream().noneMatch(leaf -> leaf.handOver().isBreak())) {
                throw refused("this log was never handed over without its old key: if that is lost, hsm rotate --lost"
                        + " comes first");
            }
            new AskedLedgers(settings, log.toCompare()).require(order.unasked(), done);
        }
    }

    /// The key in force seals it once more, and that is final.
    private void requireUncontradicted(LogParts log, String remedy) throws IOException {
        var against = NotedHeads.against(settings.data(), log.seals().sealedSize());
        if (against.isPresent()) throw refused("nothing is sealed here: " + against.get() + "; " + remedy);
    }

    /// With a checkpoint over all of it.
    private void sealAll(LogParts log) throws Exception {
        while (published(log) < log.entries().size()) {
            // A new one each time: one that has just published waits before it does so again.
            new Sealer(
                            log.identity(),
                            log.entries(),
                            log.tree(),
                            log.seals(),
                            log.keys(),
                            clock,
                            settings.sealer(),
                            () -> {})
                    .step();
        }
    }

    private static long published(LogParts log) {
        return log.seals()
                .newestCheckpoint()
                .map(checkpoint -> checkpoint.head().size())
                .orElse(0L);
    }

    // --- what goes on

    private Optional<List<Genesis.Key>> keys(OldLog old, String label) throws Exception {
        NewLog.refuseOthers(order.to());
        try (var token = HsmRotate.open(settings.token())) {
            return keys(old, label, token);
        }
    }

    /// What the new genesis names; empty if it is there. Asked for before anything is written, since the
    /// token may be away.
    ///
    /// @param label of the key that seals the old log
    private Optional<List<Genesis.Key>> keys(OldLog old, String label, Token token) throws IOException {
        NewLog.refuseOthers(order.to());
        var name = order.key().orElse(label);
        var begun = NewLog.in(order.to());
        if (begun.isPresent()) {
            // Another one is refused where it is opened.
            if (old.isNamedBy(begun.get())) {
                requireAnother(
                        old, P256Key.of(begun.get().genesis().sealingKey().spki()));
                requireKeyOf(begun.get(), name, token);
            }
            return Optional.empty();
        }
        if (settings.identityKeys().contains(name)) {
            throw refused("key \"" + name + "\" is the identity-key of an anchorage, and what seals signs nothing that"
                    + " others ask for: give another name with --key");
        }
        boolean isMade = order.key().isPresent()
                && token.keys().stream().noneMatch(key -> key.name().equals(name));
        var key = isMade ? token.generate(name, KeyKind.P256) : token.key(KeySpec.unpinned(name, KeyKind.P256));
        var inForce = P256Key.of(key.spki());
        if (order.key().isEmpty()
                && old.inForce().isPresent()
                && !old.inForce().get().equals(inForce.thumbprint())) {
            throw refused("key \"" + name + "\" is not the one that seals this log: put the right token back, or name"
                    + " another key with --key");
        }
        requireAnother(old, inForce);
        return Optional.of(LogParts.firstKeys(settings, token, key));
    }

    /// Or else the configuration would get the name of a key that cannot seal it.
    private void requireKeyOf(LogIdentity begun, String name, Token token) {
        boolean isThere = token.keys().stream().anyMatch(key -> key.name().equals(name));
        if (!isThere
                || !Arrays.equals(
                        token.key(KeySpec.unpinned(name, KeyKind.P256)).spki(),
                        begun.genesis().sealingKey().spki()))
            throw refused(begun.origin() + " in " + order.to() + " was begun with another key than \"" + name
                    + "\" of this token: give --key as then");
    }

    /// Whoever made the other history must not be able to make one of the new origin.
    private void requireAnother(OldLog old, P256Key key) {
        if (order.reason() == SuccessionReason.TWO_HISTORIES && old.keys().contains(key))
            throw refused("the new origin would be sealed by a key that sealed this one, and somebody else may have it:"
                    + " give another name with --key");
    }

    private NewLog opened(OldLog old) throws IOException {
        return NewLog.open(order.to(), settings.data(), LogParts.entriesConfig(settings), old);
    }

    private Successor goOn(NewLog begun, Optional<List<Genesis.Key>> keys) throws IOException {
        var log = begun.genesis(keys, clock);
        done.accept(log.origin() + " is begun in " + order.to() + ".");
        begun.tie(order.reason(), clock, by);
        done.accept("Its entry 1 names " + begun.old().previous().origin() + ".");
        done.accept("Entries taken over from it: " + begun.takeOver() + ".");
        begun.takeOverActs(clock);
        begun.takeOverWhenSensorsWereHeard();
        done.accept("What its owner decided is taken over.");
        return new Successor(log.origin(), log.genesisHash());
    }

    private Successor end(Successor successor) throws IOException {
        LeftCertificates.keep(settings);
        successor.write(settings.data());
        return successor;
    }

    private static HsmRefusal refused(String sentence) {
        return new HsmRefusal(sentence, HsmCommand.REFUSED);
    }
}
