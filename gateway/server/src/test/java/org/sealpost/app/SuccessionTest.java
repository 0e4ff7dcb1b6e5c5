package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.PublicationCapabilities;
import org.sealpost.anchor.PublicationConfig;
import org.sealpost.anchor.PublicationOrders;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.anchor.PublicationSigner;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SealedHeads;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.app.inspect.ReadingDisk;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.capture.Salts;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.Token;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Body;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.Genesis;
import org.sealpost.record.HandOver;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Rotation;
import org.sealpost.seal.Sealer;

/// `sealpost origin succeed`, cut behind each of its steps, and refused what it must be. Keys are in files,
/// which proves nothing and is quick; [RotationIT] has it with a token.
@Timeout(60)
class SuccessionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SEALED = 3;
    private static final String ANCHORAGE = """
            [anchorage.local]
            kind = "local"
            """;

    /// Beyond the newest seal: those of a client and a sensor that are taken over, one of the box's own that
    /// is not, and one that was ordered to be erased, of which the leaf is.
    private static final List<SourceKind> BEYOND =
            List.of(SourceKind.HTTP, SourceKind.BOX, SourceKind.HTTP, SourceKind.SENSOR);

    private static final Map<String, Instant> HEARD = Map.of("gate", Instant.parse("2026-11-25T10:00:00Z"));
    private static final int ERASED = SEALED + 2;
    private static final List<Integer> TAKEN = List.of(SEALED, ERASED, SEALED + 3);

    @TempDir
    private Path folder;

    private Path file;
    private GatewayConfig config;
    private Path to;

    /// Thrown where power is cut.
    private static final class Cut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeEach
    void aLogWithMoreThanIsSealed() throws Exception {
        file = Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [origin]
                words = "harbour/east"
                [clients]
                file = "clients"
                [http]
                port = 0
                [mqtt]
                port = 0
                [journal]
                segment-size = "8MiB"
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                """);
        config = GatewayConfig.read(file);
        to = folder.resolve("goes-on");
        TokenSetup.initialise(config);
        Files.createDirectory(
                config.data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (var token = config.token().open();
                var log = opened(token)) {
            add(log, SourceKind.BOX, "start");
            add(log, SourceKind.HTTP, "sealed");
            seal(log);
            assertEquals(SEALED, log.seals().sealedSize());
            for (int i = 0; i < BEYOND.size(); i++) add(log, BEYOND.get(i), "beyond-" + i);
            try (var erasures = ErasureParts.open(config, log.entries(), clock(), new FatalEnd())) {
                erasures.order("somebody", "a request", ErasureForm.BODY, List.of(new IndexRange(ERASED, ERASED + 1)));
            }
        }
        try (var control = ControlLog.open(
                LogParts.small(config.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES), clock(), new FatalEnd())) {
            control.anchorageOrdered("evm", Act.Order.PARK, "somebody");
            control.publicationOrdered("evm", Act.Order.GIVE_UP, 7, "somebody");
            control.anchorageOrdered("fabric", Act.Order.PARK, "somebody");
            control.anchorageOrdered("evm", Act.Order.UNPARK, "somebody");
        }
        new LastListened(config.data()).write(HEARD);
    }

    // --- what comes of it

    @Test
    void whatNoSealCoversGoesOnInTheNewLog() throws Exception {
        var done = succeed("restored").done();

        var entries = entries(to);
        assertEquals(2 + TAKEN.size(), entries.size());
        var genesis = NewLog.in(to).orElseThrow();
        assertEquals(done.required("origin").asText(), genesis.origin().name());
        assertEquals(done.required("genesis").asText(), genesis.genesisHash().hex());
        assertTrue(
                genesis.origin().name().startsWith("harbour/east/"),
                genesis.origin().name());
        var old = NewLog.in(config.data()).orElseThrow();
        assertNotEquals(old.origin(), genesis.origin());
        assertEquals(
                Optional.of(new Genesis.Previous(old.origin(), old.genesisHash().toBytes())),
                genesis.genesis().previous());
        assertArrayEquals(
                old.genesis().sealingKey().spki(),
                genesis.genesis().sealingKey().spki());

        var says = content(entries.get(1), "sealpost.succeeds");
        assertEquals(
                "{\"origin\":\"" + old.origin() + "\",\"genesis\":\"" + old.genesisHash()
                        + "\",\"reason\":\"restored\",\"sealed\":3,\"root\":\"" + rootSealed()
                        + "\",\"kept\":7,\"first\":3,\"count\":3,\"at\":\""
                        + says.required("at").asText() + "\",\"clock\":\""
                        + says.required("clock").asText() + "\",\"by\":\"" + NotedActs.somebodyHere() + "\"}",
                says.toString());

        assertTheTail(entries);
        assertEquals(
                Files.getPosixFilePermissions(config.data()), Files.getPosixFilePermissions(to), "it is for the same");
        try (var control =
                ControlLog.open(LogParts.small(to, ControlLog.KIND, Act.MAX_SIZE_BYTES), clock(), new FatalEnd())) {
            assertTrue(control.state().of("fabric").parked().isPresent());
            assertTrue(control.state().of("evm").parked().isEmpty());
            assertTrue(control.state().of("evm").publications().isEmpty());
        }
        assertEquals(HEARD, new LastListened(to).read(), "what a sensor said since then is a gap");
        assertEquals(Optional.of(new Successor(genesis.origin(), genesis.genesisHash())), Successor.of(config.data()));
        assertTheOldOneIsRefused();
        var again = said(List.of("origin", "succeed", "--data", to.toString(), "--reason", "restored"))
                .well();
        for (var line : List.of("  data = \"" + to + "\"", "  [origin] earlier = [\"" + config.data() + "\"]"))
            assertTrue(again.out().lines().anyMatch(line::equals), again::toString);
        var erase = "sealpost erase --config " + file + " --origin " + old.origin();
        assertTrue(again.out().contains("removes them: 1 order. Give: " + erase), again::toString);
        var salvage = said(List.of(
                "journal", "salvage", "--to", config.data().resolve("salvaged").toString(), "--apply"));
        assertEquals(HsmCommand.SETTINGS, salvage.code(), salvage::toString);
        assertTrue(salvage.err().contains("goes on from it"), salvage::toString);
    }

    /// Its relays ended with the old name, so what goes on is published under the new one, and what does not is
    /// said.
    @Test
    void whatWasToBePublishedGoesOnOrIsSaid() throws Exception {
        try (var token = config.token().open();
                var log = opened(token)) {
            assertEquals(PublicationConfig.BEHIND_THE_LOG, Publications.begin(log));
            toBePublished(log);
        }

        var left = succeed("restored").done().required("unpublished");

        assertEquals(
                "[{\"anchorage\":\"evm\",\"underWay\":0,\"setAside\":0,\"owedAgain\":0,\"unnumbered\":1}]",
                left.toString(),
                "the sealed record that had no number");
        var again = said(List.of("origin", "succeed", "--data", to.toString(), "--reason", "restored"))
                .well();
        assertTrue(again.out().contains("To evm nobody publishes any more what was left: 1 sealed record without"));
        var successor = successor();
        try (var token = successor.token().open();
                var log = LogParts.open(successor, token, clock(), LogParts.reserve(successor))) {
            assertEquals(2, Publications.begin(log));
            seal(log);
            assertEquals(PublicationConfig.BEHIND_THE_LOG, Publications.begin(log), "it published since");
        }
    }

    /// As a relay notes it that never reached its ledger: all records that are sealed, and those that will be.
    private void toBePublished(LogParts log) throws IOException {
        var publishing = new PublicationConfig(
                        "evm",
                        List.of(new PublicationConfig.Published(
                                "default", Publication.Kind.COMMITMENTS, Duration.ofMinutes(1))),
                        60,
                        8,
                        Duration.ofSeconds(1),
                        5,
                        InstantSource.system(),
                        System::nanoTime,
                        () -> PublicationOrders.NONE)
                .beginningWith(0);
        var ledger = new DeferredPublications(
                () -> {
                    throw new AnchorageSetback("it is away", "none");
                },
                new PublicationCapabilities("", 1024, 32, true, false),
                Optional.empty());
        try (var journal =
                LogParts.small(config.data(), Publications.JOURNAL + "evm", PublicationRelay.MAX_ENTRY_SIZE_BYTES)) {
            PublicationRelay.open(
                    publishing,
                    new PublicationRelay.Log(
                            log.identity().origin(),
                            log.identity().keys().first().spki(),
                            0,
                            log.entries(),
                            log.leaves(),
                            log.seals()::sealedSize,
                            _ -> false),
                    new PublicationSigner(log.keys().seal(), Duration.ofSeconds(1), Optional::empty),
                    journal,
                    config.data().resolve("publishing-evm"),
                    ledger,
                    List.of());
        }
    }

    private GatewayConfig successor() throws IOException {
        return GatewayConfig.read(Files.writeString(
                folder.resolve("goes-on.toml"),
                Files.readString(file).replace("data = \"data\"", "data = \"goes-on\"")));
    }

    private void assertTheTail(List<JournalEntry> entries) throws IOException {
        var old = entries(config.data());
        for (int i = 0; i < TAKEN.size(); i++) {
            var source = old.get(TAKEN.get(i));
            var copy = entries.get(2 + i);
            assertArrayEquals(source.leaf(), copy.leaf());
            if (TAKEN.get(i) == ERASED) assertEquals(EntryState.BODY_ERASED, copy.state());
            else assertArrayEquals(source.body(), copy.body());
        }
    }

    private void assertTheOldOneIsRefused() throws Exception {
        var refused = assertThrows(StartRefused.class, () -> Gateway.start(config));
        assertTrue(refused.getMessage().contains("goes on from it"), refused::getMessage);
        var rotate = said(List.of("hsm", "rotate", "--json", "--confirm", "0".repeat(16)))
                .refused(HsmCommand.SETTINGS);
        assertTrue(rotate.contains("goes on from it"), rotate);
    }

    // --- cut at any moment

    @Test
    void cutBehindAnyStepTheSameGoesOn() throws Exception {
        var last = cutBehindEachStep(order(SuccessionReason.RESTORED));

        assertTheTail(entries(to));
        assertEquals(2 + TAKEN.size(), entries(to).size());
        assertEquals(Optional.of(last), Successor.of(config.data()));
    }

    /// The old log says itself that it ended, and is sealed over that.
    @Test
    void aLogThatLostItsKeySaysItselfThatItEnded() throws Exception {
        var tooEarly = succeed("key-lost").refused(HsmCommand.REFUSED);
        assertTrue(tooEarly.contains("hsm rotate --lost"), tooEarly);
        handOverWithoutTheOldKey();

        var last = cutBehindEachStep(order(SuccessionReason.KEY_LOST));

        var old = entries(config.data());
        var says = content(old.getLast(), "sealpost.succeeded");
        assertEquals(
                List.of("origin", "genesis", "reason", "at", "clock", "by"),
                says.properties().stream().map(field -> field.getKey()).toList());
        assertEquals(last.origin().name(), says.required("origin").asText());
        assertEquals(last.genesis().hex(), says.required("genesis").asText());
        try (var token = config.token().open();
                var log = opened(token)) {
            assertEquals(old.size(), log.seals().sealedSize());
            assertEquals(
                    old.size(),
                    log.seals().newestCheckpoint().orElseThrow().head().size());
            var named = content(entries(to).get(1), "sealpost.succeeds");
            assertEquals(old.size() - 1, named.required("kept").asLong());
            assertEquals(old.size() - 1, named.required("sealed").asLong());
            assertEquals(
                    log.tree().root(old.size() - 1).hex(),
                    named.required("root").asText());
        }
        assertEquals(2, entries(to).size(), "all of it is sealed there");
        assertEquals("seal-2", succeed("key-lost").done().required("seal-key").asText());
        Files.delete(config.data().resolve(Successor.FILE));
        assertTheOldOneIsRefused();
        var other = succeed("restored").refused(HsmCommand.REFUSED);
        assertTrue(other.contains("give the reason and the directory"), other);
    }

    /// It would be sealed to its end, and may be an older copy of what a ledger knows.
    @Test
    void aLogIsSealedToItsEndOnceItsLedgersSayWhatTheyHold() throws Exception {
        handOverWithoutTheOldKey();
        Files.writeString(file, Files.readString(file) + """
                [anchorage.evm]
                kind = "evm"
                urls = ["http://127.0.0.1:1"]
                contract = "evm-contract"
                """);
        config = GatewayConfig.read(file);
        TokenSetup.initialise(config);
        long size = entries(config.data()).size();

        var silent = succeed("key-lost").refused(HsmCommand.LATER);
        assertTrue(silent.contains("what evm holds of this log is not known"), silent);
        assertTrue(silent.contains("the same with --unasked"), silent);
        assertEquals(size, entries(config.data()).size(), "nothing was written");
        try (var seals = LogParts.seals(config.data())) {
            assertEquals(SEALED, seals.sealedSize());
        }
        assertFalse(Files.exists(to));
        succeed("restored", "--unasked").refused(HsmCommand.USAGE);

        var said = succeed("key-lost", "--unasked").well();
        assertTrue(said.err().contains("WARNING: what evm holds of this log is not known"), said::toString);
        assertTrue(Successor.of(config.data()).isPresent());
    }

    /// What was decided since then would be lost, and what was taken over need not be compared any more.
    @Test
    void aLogThatSaidThatItEndedTakesNoOrderAndEndsAsItSaid() throws Exception {
        handOverWithoutTheOldKey();
        Files.writeString(file, Files.readString(file) + ANCHORAGE);
        config = GatewayConfig.read(file);
        cutBehind(6, SuccessionReason.KEY_LOST);
        try (var token = config.token().open();
                var log = opened(token)) {
            assertTrue(SuccessionEntries.lastOf(log.entries()).isPresent());
        }

        var refused = said(List.of("anchor", "park", "local", "--json")).refused(HsmCommand.SETTINGS);
        assertTrue(refused.contains("goes on from it"), refused);
        try (var control = ControlLog.open(
                LogParts.small(config.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES), clock(), new FatalEnd())) {
            control.anchorageOrdered("local", Act.Order.PARK, "a release before");
        }
        var other = succeed("key-lost", "--key", "seal").refused(HsmCommand.REFUSED);
        assertTrue(other.contains("give --key as then"), other);

        var done = succeed("key-lost").done();

        assertEquals(
                done.required("origin").asText(),
                Successor.of(config.data()).orElseThrow().origin().name());
        try (var token = config.token().open();
                var log = opened(token)) {
            assertEquals(log.entries().size(), log.seals().sealedSize());
        }
    }

    /// Or two would go on from one. Where its directory is lost before it was used, somebody has to say so.
    @Test
    void aLogThatNamesOneEndsForNoOtherUnlessThatIsLost() throws Exception {
        var early = succeed("damaged", "--lost", "harbour/1").refused(HsmCommand.REFUSED);
        assertTrue(early.contains("leave --lost out"), early);
        handOverWithoutTheOldKey();
        cutBehind(6, SuccessionReason.KEY_LOST);
        var named = NewLog.in(to).orElseThrow().origin().name();
        var there = to;
        to = folder.resolve("another");
        var wayOut = "--reason damaged --lost " + named;
        for (var refused : List.of(
                succeed("damaged", "--key", "seal-2"),
                succeed("damaged", "--key", "seal-2", "--lost", "harbour/else"),
                succeed("key-lost"),
                succeed("restored"))) {
            var sentence = refused.refused(HsmCommand.REFUSED);
            assertTrue(sentence.contains(named) && sentence.contains(wayOut), sentence);
        }
        var start = assertThrows(StartRefused.class, () -> Gateway.start(config));
        assertTrue(start.remedy().contains(wayOut), start::remedy);
        succeed("key-lost", "--lost", named).refused(HsmCommand.USAGE);
        var restored = succeed("restored", "--lost", named).refused(HsmCommand.REFUSED);
        assertTrue(restored.contains(wayOut), restored);
        assertFalse(Files.exists(to));

        to = there;
        var found = succeed("damaged", "--key", "seal-2").done();
        assertEquals(named, found.required("origin").asText(), "it is there, and all of it is");

        Files.delete(config.data().resolve(Successor.FILE));
        delete(there);
        to = folder.resolve("another");
        var other = succeed("damaged", "--key", "seal-2", "--lost", named).done();
        assertNotEquals(named, other.required("origin").asText());
        assertEquals(
                other, succeed("damaged", "--key", "seal-2", "--lost", named).done(), "it says so again");

        // That one as well: the directory says who goes on, in the place of whom the last entry names.
        var second = other.required("origin").asText();
        delete(to);
        to = folder.resolve("third");
        for (var refused : List.of(succeed("key-lost"), succeed("restored", "--lost", second))) {
            var sentence = refused.refused(HsmCommand.REFUSED);
            assertTrue(sentence.contains("--reason damaged --lost " + second), sentence);
        }
        succeed("damaged", "--key", "seal-2", "--lost", named).refused(HsmCommand.REFUSED);
        var third = succeed("damaged", "--key", "seal-2", "--lost", second).done();
        assertFalse(List.of(named, second).contains(third.required("origin").asText()));
    }

    /// A disk that dies before a gateway ran there takes nothing with it: the old directory has every record, and
    /// nothing was sealed under either name since.
    @Test
    void whereTheNewDirectoryIsLostAnotherGoesOn() throws Exception {
        var early = succeed("restored", "--lost", "harbour/1").refused(HsmCommand.REFUSED);
        assertTrue(early.contains("leave --lost out"), early);
        assertFalse(Files.exists(to));
        for (var reason : List.of("restored", "two-histories", "damaged")) {
            to = folder.resolve("first-" + reason);
            var key = reason.equals("two-histories") ? List.of("--key", "seal-of-two") : List.<String>of();
            var first = succeed(reason, key.toArray(String[]::new))
                    .done()
                    .required("origin")
                    .asText();
            delete(to);
            to = folder.resolve("another-" + reason);
            var refused = succeed(reason, key.toArray(String[]::new)).refused(HsmCommand.REFUSED);
            assertTrue(refused.contains("the same with --lost " + first + ", and another one"), refused);
            var start = assertThrows(StartRefused.class, () -> Gateway.start(config));
            assertTrue(start.remedy().contains("--lost " + first), start::remedy);
            succeed(reason, with(key, "--lost", "harbour/else")).refused(HsmCommand.REFUSED);
            assertFalse(Files.exists(to), "nothing was written");

            var order = new Succession.Order(
                    to,
                    SuccessionReason.of(reason).orElseThrow(),
                    key.stream().skip(1).findFirst(),
                    Optional.empty(),
                    Optional.of(new Origin(first)),
                    false);
            var last = cutBehindEachStep(order, Optional.of(first));

            assertNotEquals(first, last.origin().name());
            assertTheTail(entries(to));
            assertEquals(2 + TAKEN.size(), entries(to).size());
            assertEquals(Optional.of(last), Successor.of(config.data()));
            var again = succeed(reason, with(key, "--lost", first)).done();
            assertEquals(last.origin().name(), again.required("origin").asText(), "it says so again");
            Files.delete(config.data().resolve(Successor.FILE));
        }
    }

    /// What the start says is what the command takes.
    @Test
    void theStartNamesTheWayOutOfALostDirectoryThatTheCommandTakes() throws Exception {
        handOverWithoutTheOldKey();
        var named = succeed("key-lost").done().required("origin").asText();
        delete(to);
        to = folder.resolve("another");
        var start = assertThrows(StartRefused.class, () -> Gateway.start(config));
        succeed("key-lost", "--lost", named).refused(HsmCommand.USAGE);
        var said = Pattern.compile("key-lost or hand-overs, with --reason (\\S+) (--lost) (\\S+) and another directory")
                .matcher(start.remedy());
        assertTrue(said.find(), start::remedy);
        var done = succeed(said.group(1), "--key", "seal-2", said.group(2), said.group(3))
                .done();
        assertNotEquals(named, done.required("origin").asText());
    }

    private static String[] with(List<String> key, String... more) {
        return Stream.concat(key.stream(), Arrays.stream(more)).toArray(String[]::new);
    }

    // --- a log that others know further than it is here

    /// Others have seen what the newer copy sealed at these indexes, and the key in force would seal something else
    /// there, for good (I6).
    @Test
    void aLogThatALedgerContradictsIsNotSealedToItsEnd() throws Exception {
        lodge(relay -> relay.finalSize() == SEALED);
        handOverWithoutTheOldKey();
        var older = folder.resolve("older");
        Trees.copy(config.data(), older);
        int size = entries(config.data()).size();
        sealAnew();
        lodge(relay -> relay.finalSize() == size);
        Trees.delete(config.data());
        Trees.copy(older, config.data());
        lodge(relay -> relay.agreement() == Agreement.CONTRADICTS);

        var refused = succeed("key-lost").refused(HsmCommand.REFUSED);

        assertTrue(refused.contains("x stopped at size 3") && refused.contains("a head of size " + size), refused);
        assertTrue(refused.contains("--reason restored, or two-histories"), refused);
        assertEquals(size, entries(config.data()).size());
        assertEquals(SEALED, RelayOnDisk.sealedSize(config.data()));
        assertFalse(Files.exists(to));
        assertEquals(Optional.empty(), Successor.of(config.data()));
        succeed("restored").done();
    }

    /// The start of a gateway refuses such a log as well.
    @Test
    void aLogWithALargerHeadThanItsSealsIsNotSealedToItsEnd() throws Exception {
        handOverWithoutTheOldKey();
        int size = entries(config.data()).size();
        var seals = folder.resolve("older-seals");
        Trees.copy(config.data().resolve("seals"), seals);
        sealAnew();
        lodge(relay -> relay.finalSize() == size);
        bringBack(seals);

        var refused = succeed("key-lost").refused(HsmCommand.REFUSED);

        assertTrue(refused.contains("a head of " + size + " entries went to x, but the newest seal covers 3"), refused);
        assertEquals(SEALED, RelayOnDisk.sealedSize(config.data()));
        assertFalse(Files.exists(to));
        spoilFirstBlock(config.data().resolve("anchors-x/0000000000000000.segment"));
        var unread = succeed("key-lost").refused(HsmCommand.REFUSED);
        assertTrue(unread.contains("which heads went to x cannot be told"), unread);
    }

    /// Also where it says already that it ended: it ends without that being sealed.
    @Test
    void aLogThatSaidThatItEndedIsNotSealedOverALargerHead() throws Exception {
        handOverWithoutTheOldKey();
        int size = entries(config.data()).size();
        var seals = folder.resolve("older-seals");
        Trees.copy(config.data().resolve("seals"), seals);
        cutBehind(6, SuccessionReason.KEY_LOST);
        lodge(relay -> relay.finalSize() == size);
        bringBack(seals);

        var refused = succeed("key-lost").refused(HsmCommand.REFUSED);

        assertTrue(refused.contains("the newest seal covers 3"), refused);
        assertTrue(refused.contains("--reason damaged, with the same directory"), refused);
        var done = succeed("damaged", "--key", "seal-2").done();
        assertEquals(
                NewLog.in(to).orElseThrow().origin().name(),
                done.required("origin").asText());
        assertEquals(SEALED, RelayOnDisk.sealedSize(config.data()));
    }

    private void sealAnew() throws Exception {
        try (var token = config.token().open();
                var log = opened(token)) {
            seal(log);
        }
    }

    private void bringBack(Path seals) throws IOException {
        Trees.delete(config.data().resolve("seals"));
        Trees.copy(seals, config.data().resolve("seals"));
    }

    /// As a gateway does it, on a ledger that does not come back with its data directory.
    private void lodge(Predicate<Relay> until) throws Exception {
        var hours = new AtomicLong();
        try (var token = config.token().open();
                var log = opened(token);
                var own = LogParts.small(config.data(), "anchors-x", Relay.MAX_ENTRY_SIZE_BYTES);
                var there = LogParts.small(
                        folder.resolve("there"), LocalLedger.JOURNAL, LocalLedger.MAX_ENTRY_SIZE_BYTES)) {
            var identity = log.identity();
            var id = OriginId.of(identity.keys().first().spki(), identity.origin());
            var relay = Relay.open(
                    RelayConfig.of("x")
                            .withClocks(
                                    InstantSource.system(),
                                    () -> Duration.ofHours(hours.get()).toNanos()),
                    own,
                    LocalLedger.open(there, Map.of(id, identity.keys())),
                    new SealedHeads(log.seals(), log.tree(), identity));
            while (!until.test(relay)) {
                assertTrue(hours.incrementAndGet() < 100, relay::underWay);
                try {
                    relay.step();
                } catch (AnchorageSetback said) {
                    assertEquals(Agreement.CONTRADICTS, relay.agreement(), said::toString);
                }
            }
        }
    }

    /// Each run goes on where the one before was cut, one step further.
    private Successor cutBehindEachStep(Succession.Order order) throws Exception {
        return cutBehindEachStep(order, Optional.empty());
    }

    /// @param lost who goes on until then
    private Successor cutBehindEachStep(Succession.Order order, Optional<String> lost) throws Exception {
        for (int steps = 1; ; steps++) {
            int[] left = {steps};
            var cut = new Succession(config, order, clock(), "somebody", _ -> {
                if (--left[0] == 0) throw new Cut();
            });
            try {
                var successor = cut.run();
                assertTrue(steps > 4, "it was cut " + (steps - 1) + " times");
                assertEquals(successor, cut.run(), "and once more");
                return successor;
            } catch (Cut power) {
                var named = Successor.of(config.data()).map(Successor::origin).map(Origin::name);
                assertEquals(lost, named);
            }
        }
    }

    @Test
    void cutAmidstTheTailItIsTakenOverToItsEnd() throws Exception {
        succeed("restored").done();
        var whole = entries(to);
        for (int there = 1; there <= whole.size(); there++) {
            delete(to);
            Files.delete(config.data().resolve(Successor.FILE));
            write(to, whole.subList(0, there));

            succeed("restored").done();

            var again = entries(to);
            assertEquals(whole.size(), again.size());
            assertArrayEquals(whole.getFirst().leaf(), again.getFirst().leaf());
            assertTheTail(again);
        }
    }

    /// Between two runs the old gateway took a record, which is in neither log's beginning as it was said.
    @Test
    void aLogThatWentOnMeanwhileIsNotLeftBehind() throws Exception {
        cutBehind(2);
        try (var token = config.token().open();
                var log = opened(token)) {
            add(log, SourceKind.HTTP, "meanwhile");
        }

        var refused = succeed("restored").refused(HsmCommand.REFUSED);
        assertTrue(refused.contains("delete it, and give the same command again"), refused);
        assertEquals(Optional.empty(), Successor.of(config.data()));

        delete(to);
        succeed("restored").done();
        assertArrayEquals(
                entries(config.data()).getLast().body(), entries(to).getLast().body());
    }

    /// What was taken over would stay there, though its erasure was ordered since.
    @Test
    void whatWasOrderedToBeErasedMeanwhileIsNotKept() throws Exception {
        cutBehind(3);
        var origin = NewLog.in(config.data()).orElseThrow().origin();
        said(List.of("erase", "--rule", "a request", "--confirm", origin.name(), String.valueOf(SEALED)))
                .well();

        var refused = succeed("restored").refused(HsmCommand.REFUSED);
        assertTrue(refused.contains("delete it"), refused);
    }

    // --- what is refused

    @Test
    void aDirectoryThatIsNotItsOwnIsLeftAlone() throws Exception {
        Files.createDirectories(to);
        Files.writeString(to.resolve("letter"), "somebody's");
        var other = succeed("restored").refused(HsmCommand.REFUSED);
        assertTrue(other.contains("holds letter"), other);
        Files.delete(to.resolve("letter"));

        write(to, entries(config.data()).subList(0, 1));
        var stranger = succeed("restored").refused(HsmCommand.REFUSED);
        assertTrue(stranger.contains("which does not go on from"), stranger);
        assertEquals(1, entries(to).size());

        for (var inside : List.of(config.data(), config.data().resolve("more"), folder)) {
            to = inside;
            var refused = succeed("restored").refused(HsmCommand.REFUSED);
            assertTrue(refused.contains("of its own"), refused);
        }
        assertEquals(Optional.empty(), Successor.of(config.data()));
    }

    @Test
    void nothingIsDoneWhileAGatewayRunsOnEither() throws Exception {
        try (var _ = StoppedLog.open(config)) {
            for (var reason : List.of("restored", "damaged", "key-lost"))
                succeed(reason).refused(HsmCommand.LATER);
        }
        assertFalse(Files.exists(to));
        write(to, List.of());
        try (var _ = journal(to)) {
            succeed("restored").refused(HsmCommand.LATER);
        }
        succeed("restored").done();
    }

    @Test
    void theKeyIsThatInForceOrAnotherOne() throws Exception {
        succeed("two-histories").refused(HsmCommand.USAGE);
        var same = succeed("two-histories", "--key", "seal").refused(HsmCommand.REFUSED);
        assertTrue(same.contains("somebody else may have it"), same);
        Files.writeString(file, Files.readString(file) + "seal-key = \"lost\"\n");
        succeed("restored").refused(HsmCommand.REFUSED);
        assertFalse(Files.exists(to), "nothing was written");

        var done = succeed("two-histories", "--key", "seal-of-two").done();
        assertEquals("seal-of-two", done.required("seal-key").asText());
        var genesis = NewLog.in(to).orElseThrow().genesis();
        try (var token = config.token().open()) {
            assertArrayEquals(
                    token.key(KeySpec.unpinned("seal-of-two", KeyKind.P256)).spki(),
                    genesis.sealingKey().spki());
        }
        assertEquals(done, succeed("two-histories", "--key", "seal-of-two").done(), "it says so again");
        var forgotten = succeed("restored").refused(HsmCommand.REFUSED);
        assertTrue(forgotten.contains("was begun with another key than \"lost\""), forgotten);
        to = folder.resolve("elsewhere");
        var elsewhere = succeed("two-histories", "--key", "seal-of-two").refused(HsmCommand.REFUSED);
        assertTrue(elsewhere.contains("does not hold"), elsewhere);
    }

    /// Each of them for those whose the old one is, as each is durable before the next one is made.
    @Test
    void aDirectoryFarBelowIsMadeWithAllAboveIt() throws Exception {
        to = folder.resolve("disk/of/its/own");
        succeed("restored").done();
        for (var made = to; !made.equals(folder); made = made.getParent())
            assertEquals(
                    Files.getPosixFilePermissions(config.data()), Files.getPosixFilePermissions(made), made::toString);
    }

    /// Or the configuration would get the name of a key that cannot seal what was begun.
    @Test
    void theSameKeyIsGivenAgainWhereItWasCut() throws Exception {
        var order = new Succession.Order(
                to, SuccessionReason.RESTORED, Optional.of("another"), Optional.empty(), Optional.empty(), false);
        var cut = new Succession(config, order, clock(), "somebody", _ -> {
            throw new Cut();
        });
        assertThrows(Cut.class, cut::run);
        for (var key : List.of(List.<String>of(), List.of("--key", "third"))) {
            var refused = succeed("restored", key.toArray(String[]::new)).refused(HsmCommand.REFUSED);
            assertTrue(refused.contains("give --key as then"), refused);
        }
        try (var token = config.token().open()) {
            assertTrue(token.keys().stream().noneMatch(key -> key.name().equals("third")), "none is made");
        }
        var done = succeed("restored", "--key", "another").done();
        assertEquals("another", done.required("seal-key").asText());
    }

    @Test
    void aReasonMustBeOneAndTrue() throws Exception {
        succeed("bored").refused(HsmCommand.USAGE);
        succeed("restored", "--old-origin", "harbour/1").refused(HsmCommand.USAGE);
        succeed("damaged", "--old-origin", "harbour/1", "--old-genesis", "ab").refused(HsmCommand.USAGE);
        var seldom = succeed("hand-overs").refused(HsmCommand.REFUSED);
        assertTrue(seldom.contains("handed over 0 times, and may be 256"), seldom);
        cutBehind(2);
        var another = succeed("two-histories", "--key", "seal-of-two").refused(HsmCommand.REFUSED);
        assertTrue(another.contains("somebody else may have it"), another);
    }

    // --- what cannot be mended

    @Test
    void ofDamagedEntriesWhatCanBeReadIsTakenOver() throws Exception {
        var before = entries(config.data());
        spoil(before.get(SEALED).body());
        succeed("restored").refused(HsmCommand.BROKEN);

        var said = said(List.of("origin", "succeed", "--data", to.toString(), "--reason", "damaged"))
                .well();

        assertTrue(said.out().contains("only whoever deletes it erases the copies there"), said::toString);
        var entries = entries(to);
        var says = content(entries.get(1), "sealpost.succeeds");
        assertEquals(
                List.of("damaged", "3", "7", String.valueOf(ERASED), "2"),
                Stream.of("reason", "sealed", "kept", "first", "count")
                        .map(name -> says.required(name).asText())
                        .toList());
        assertEquals(4, entries.size());
        assertArrayEquals(before.get(ERASED).leaf(), entries.get(2).leaf());
        assertArrayEquals(before.get(SEALED + 3).body(), entries.get(3).body());
    }

    @Test
    void aLogThatDoesNotSayWhoseItIsIsNamed() throws Exception {
        var old = NewLog.in(config.data()).orElseThrow();
        spoil(entries(config.data()).getFirst().leaf());
        delete(config.data().resolve("seals"));
        delete(config.data().resolve("seals-kept"));
        var refused = succeed("damaged").refused(HsmCommand.REFUSED);
        assertTrue(refused.contains("--old-genesis"), refused);
        assertFalse(Files.exists(to));

        succeed(
                        "damaged",
                        "--old-origin",
                        old.origin().name(),
                        "--old-genesis",
                        old.genesisHash().hex())
                .done();

        var says = content(entries(to).get(1), "sealpost.succeeds");
        assertEquals(0, says.required("sealed").asLong());
        assertEquals("0".repeat(64), says.required("root").asText());
        assertEquals(1 + TAKEN.size(), says.required("count").asLong(), "with what was sealed");
        var successor = successor();
        try (var token = successor.token().open();
                var log = LogParts.open(successor, token, clock(), LogParts.reserve(successor))) {
            assertEquals(
                    PublicationConfig.BEHIND_THE_LOG,
                    Publications.begin(log),
                    "what was published cannot be told from what was not");
        }
        assertEquals(old.origin().name(), says.required("origin").asText());
    }

    /// It says whose it is, so that nobody can say otherwise.
    @Test
    void nobodyNamesALogOtherwiseThanItNamesItself() throws Exception {
        var refused = succeed("damaged", "--old-origin", "harbour/else", "--old-genesis", "ab".repeat(Hash.SIZE))
                .refused(HsmCommand.REFUSED);
        assertTrue(refused.contains("its newest seal says") && refused.contains("harbour/else"), refused);
        assertFalse(Files.exists(to));
    }

    @Test
    void whatHidesAndWhatOrdersIsTakenForTheWorstWhereItIsLost() throws Exception {
        for (var kind : List.of("erasures", ControlLog.KIND)) {
            spoilFirstBlock(config.data().resolve(kind).resolve("0000000000000000.segment"));
        }

        var said = succeed("damaged").well();

        assertTrue(said.err().contains("no body is taken over"), said::toString);
        assertTrue(said.err().contains("claimed again"), said::toString);
        var entries = entries(to);
        assertEquals(2 + TAKEN.size(), entries.size());
        assertTrue(entries.subList(2, entries.size()).stream().noneMatch(JournalEntry::hasBody));
    }

    /// The log has copies of what they said, so they are not taken for journals that never were.
    @Test
    void journalsThatAreGoneAreNotTakenForEmptyOnes() throws Exception {
        for (var kind : List.of(Erasures.KIND, ControlLog.KIND))
            delete(config.data().resolve(kind));
        var silent = succeed("damaged").well();
        assertFalse(silent.err().contains("claimed again"), silent::toString);
        assertEquals(
                TAKEN.size(),
                entries(to).stream().skip(2).filter(JournalEntry::hasBody).count(),
                "nothing was ordered");
        delete(to);
        Files.delete(config.data().resolve(Successor.FILE));
        try (var token = config.token().open();
                var log = opened(token)) {
            add(log, IntakeTrail.ERASURE_PROFILE);
            add(log, IntakeTrail.PROFILE);
        }

        var said = succeed("damaged").well();

        assertTrue(said.err().contains("no body is taken over"), said::toString);
        assertTrue(said.err().contains("claimed again"), said::toString);
        assertEquals(2 + TAKEN.size(), entries(to).size());
        assertTrue(entries(to).stream().skip(2).noneMatch(JournalEntry::hasBody));
    }

    /// A folder in a file's place can be opened and not read, as what lies on a bad sector.
    @Test
    void aDiskThatFailsReadsIsAsGoodAsDamage() throws Exception {
        for (var kind : List.of("seals", Erasures.KIND, ControlLog.KIND)) {
            var segment = config.data().resolve(kind).resolve("0000000000000000.segment");
            Files.delete(segment);
            Files.createDirectory(segment);
        }

        var said = succeed("damaged").well();

        for (var lost : List.of("all of its entries are taken over", "no body is taken over", "claimed again"))
            assertTrue(said.err().contains(lost), said::toString);
        assertEquals(2 + 1 + TAKEN.size(), entries(to).size(), "with what was sealed");
        assertTrue(entries(to).stream().skip(2).noneMatch(JournalEntry::hasBody));
    }

    /// That is no damage, and whoever has it goes away.
    @Test
    void aJournalThatSomebodyElseHasIsNotTakenForLost() throws Exception {
        for (var kind : List.of("seals", ControlLog.KIND)) {
            try (var _ = DirectoryDisk.open(config.data().resolve(kind)).lock()) {
                succeed("damaged").refused(HsmCommand.LATER);
            }
        }
        assertFalse(Files.exists(to));
    }

    // --- the box

    private Succession.Order order(SuccessionReason reason) {
        return new Succession.Order(to, reason, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private void cutBehind(int steps) throws Exception {
        cutBehind(steps, SuccessionReason.RESTORED);
    }

    private void cutBehind(int steps, SuccessionReason reason) throws Exception {
        int[] left = {steps};
        var cut = new Succession(config, order(reason), clock(), "somebody", _ -> {
            if (--left[0] == 0) throw new Cut();
        });
        assertThrows(Cut.class, cut::run);
    }

    private Said succeed(String reason, String... more) {
        var words =
                new ArrayList<>(List.of("origin", "succeed", "--json", "--data", to.toString(), "--reason", reason));
        words.addAll(Arrays.asList(more));
        return said(words);
    }

    private Said said(List<String> words) {
        var all = new ArrayList<>(words);
        all.addAll(List.of("--config", file.toString()));
        return Said.by(all);
    }

    private KernelClock clock() throws IOException {
        return KernelClock.open(config.discipline());
    }

    private LogParts opened(Token token) throws IOException {
        return LogParts.open(config, token, clock(), LogParts.reserve(config));
    }

    private void add(LogParts log, SourceKind kind, String key) throws IOException {
        var profile = switch (kind) {
            case BOX -> "sealpost.start";
            case SENSOR -> "sensor.reading";
            default -> "default";
        };
        add(log, profile, kind, key);
    }

    /// A copy that the box made.
    private void add(LogParts log, String profile) throws IOException {
        add(log, profile, SourceKind.BOX, profile);
    }

    private void add(LogParts log, String profile, SourceKind kind, String key) throws IOException {
        var salts = new byte[EntryEncoder.SALTS_SIZE];
        Salts.secure().fill(salts);
        var entry = new EntryEncoder()
                .encode(
                        new EntryEncoder.Profiled(profile, 1),
                        kind,
                        new Source("crane-7", Optional.of(key), "test"),
                        clock().get(),
                        new Content("text/plain", key.getBytes(StandardCharsets.UTF_8)),
                        salts);
        log.entries().append(entry.leaf(), entry.body());
        log.entries().force();
    }

    private void seal(LogParts log) throws Exception {
        new Sealer(
                        log.identity(),
                        log.entries(),
                        log.tree(),
                        log.seals(),
                        log.keys(),
                        clock(),
                        config.sealer(),
                        () -> {})
                .step();
    }

    private String rootSealed() throws IOException {
        try (var seals = LogParts.seals(config.data())) {
            return seals.newest().orElseThrow().root().hex();
        }
    }

    private void handOverWithoutTheOldKey() throws Exception {
        try (var token = config.token().open();
                var log = StoppedLog.open(config);
                var handOvers = LoggedKeys.open(log.data())) {
            var key = token.generate("seal-2", KeyKind.P256);
            var certificates = List.of(new byte[] {0x30, 0});
            new Rotation(log.keys().identity(), log.entries(), handOvers, clock(), HsmCsr.SIGNING)
                    .run(
                            Optional.empty(),
                            new Rotation.Order(key, token.description(), HandOver.Reason.LOST, certificates));
        }
    }

    // --- what lies on the disk

    private Journal journal(Path data) throws IOException {
        return Journal.open(DirectoryDisk.open(data.resolve("entries")), LogParts.entriesConfig(config), 0);
    }

    private List<JournalEntry> entries(Path data) throws IOException {
        var all = new ArrayList<JournalEntry>();
        try (var journal = Journal.open(ReadingDisk.of(data.resolve("entries")), LogParts.entriesConfig(config), 0)) {
            journal.scan(0, Integer.MAX_VALUE, all::add);
        }
        return all;
    }

    private void write(Path data, List<JournalEntry> entries) throws IOException {
        try (var journal = journal(data)) {
            for (var entry : entries) {
                if (entry.hasBody()) journal.append(entry.leaf(), entry.body());
                else journal.appendWithoutBody(entry.leaf(), entry.state());
                journal.force();
            }
        }
    }

    private static JsonNode content(JournalEntry entry, String profile) throws Exception {
        var leaf = (HeaderLeaf) Leaf.parse(entry.leaf());
        assertEquals(profile, leaf.profile());
        assertEquals(SourceKind.BOX, leaf.source());
        var body = Body.parse(entry.body());
        assertEquals(leaf.commitment(), body.commitment());
        var source = Source.parse(((Slot.Shown) body.slots().get(Slot.SOURCE)).bytes());
        assertEquals(new Source("sealpost", Optional.of(profile.substring(9)), "origin"), source);
        var content = Content.parse(((Slot.Shown) body.slots().get(Slot.CONTENT)).bytes());
        assertEquals("application/json", content.mediaType());
        return JSON.readTree(content.payload());
    }

    /// Alters the middle of these bytes in the journal of entries.
    private void spoil(byte[] bytes) throws IOException {
        var segment = config.data().resolve("entries/0000000000000000.segment");
        var all = Files.readAllBytes(segment);
        int at = indexOf(all, bytes);
        overwrite(segment, at + bytes.length / 2, 4);
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int at = 0; at <= all.length - part.length; at++) {
            if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) return at;
        }
        throw new AssertionError("it is not there");
    }

    private static void spoilFirstBlock(Path segment) throws IOException {
        overwrite(segment, 0, 4096);
    }

    private static void overwrite(Path segment, long at, int count) throws IOException {
        var noise = new byte[count];
        Arrays.fill(noise, (byte) 0x5a);
        try (var channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(noise), at);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) Trees.delete(folder);
    }
}
