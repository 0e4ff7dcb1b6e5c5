package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.UnreadableRelay;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;
import org.sealpost.seal.LogIdentity;
import org.sealpost.stage.RunnerConfig;
import org.sealpost.stage.Stage;

/// What a gateway's relays have of ledgers that nobody has reached yet.
class AnchoragesTest {
    private static final String CONFIG = """
            data = "data"
            [clients]
            file = "clients"
            [token]
            module = "/usr/lib/softhsm/libsofthsm2.so"
            label = "box"
            pin-file = "pin"
            [anchorage.evm]
            kind = "evm"
            urls = ["http://127.0.0.1:1"]
            contract = "evm-contract"
            stuck-after = "20m"
            publish-account-key = "other"
            [profile.lift]
            publish = "commitments"
            publish-to = ["evm"]
            """;

    @TempDir
    Path folder;

    // --- publications

    /// The relay asks for the time once, as it is opened; all else is the chain's to answer, and no default's.
    @Test
    void publicationsThatHangAreMadeDearerOnAChainThatIsReachedLater() throws Exception {
        try (var token = Tokens.openInsecureSoftwareToken(folder, "test");
                var ledger = publications(token)) {
            assertEquals(Optional.of(Duration.ofMinutes(20)), ledger.stuckAfter());
            var request = new SignedRequest(Hash.of(new byte[Hash.SIZE]), OptionalLong.of(0), new byte[] {1});
            var replaced = assertThrows(AnchorageSetback.class, () -> ledger.replace(request));
            assertTrue(replaced.getMessage().contains("is not on evm yet"), replaced.getMessage());
            var origin = OriginId.of(new byte[] {1}, new Origin("test/1"));
            var asked = assertThrows(AnchorageSetback.class, () -> ledger.findAll(origin, Map.of()));
            assertTrue(asked.getMessage().contains("is not on evm yet"), asked.getMessage());
        }
    }

    // --- who speaks against the log, and cannot be read

    /// It was confirmed, and forgotten it may be by nobody but the ledger.
    @Test
    void aConflictHoldsSealsBackAlsoWhereItsJournalCannotBeRead() throws Exception {
        var config = contradicted();
        var data = config.data();
        assertSealsNothing(config, "evm holds another history");

        spoil(data.resolve("anchors-evm"));
        assertSealsNothing(config, "evm says that it holds another history");
        var listed = Said.by(
                "anchor", "list", "--config", folder.resolve("sealpost.toml").toString());
        for (var part : List.of("a head of size 7", "nothing is sealed", "move anchors-evm")) {
            assertTrue(listed.out().contains(part), listed::toString);
        }
        assertFalse(listed.out().contains("sealed meanwhile"), listed::toString);

        Trees.delete(data.resolve("anchors-evm"));
        assertSealsNothing(config, "evm says that it holds another history");

        Files.delete(data.resolve("doubted-evm"));
        spoil(data.resolve("anchors-evm"));
        started(config, anchorages -> {
            assertEquals(List.of(), HistoryGuard.of(anchorages.all()));
            var trouble = anchorages.all().getFirst().trouble().orElseThrow();
            assertTrue(trouble.remedy().contains("sealed meanwhile"), trouble.remedy());
        });
    }

    /// What was kept of entries that its journal gave up is as much of it.
    @Test
    void aConflictHoldsSealsBackAlsoWhereWhatWasKeptOfItIsLost() throws Exception {
        var config = contradicted();
        spoil(config.data().resolve("anchored-evm"));
        started(
                config,
                anchorages -> assertEquals(
                        Agreement.CONTRADICTS,
                        HistoryGuard.of(anchorages.all()).getFirst().agreement(),
                        "nothing was given up, so that it is missed by nobody"));
        spoil(config.data().resolve("anchors-evm"));
        assertSealsNothing(config, "evm says that it holds another history");
    }

    /// What stands on this box came back with a copy, and stops no seal, whether it can be read or not.
    @Test
    void whatTheLocalLedgerSaysStopsNoSealWhereItsRelayCannotBeRead() throws Exception {
        var config = contradicted();
        Files.writeString(
                config.data().resolve("doubted-local"),
                "sealpost-doubted 1\nsince 2026-11-28T02:00:00Z\nsaid it holds a head of size 7\n");
        spoil(config.data().resolve("anchors-local"));
        started(config, anchorages -> {
            assertInstanceOf(UnreadableRelay.class, anchorages.all().getLast());
            assertEquals(
                    List.of("evm"),
                    HistoryGuard.of(anchorages.all()).stream()
                            .map(HistoryGuard.Ledger::name)
                            .toList());
        });
    }

    /// A box whose chain held more than its log, when it was asked last, and is away.
    private GatewayConfig contradicted() throws Exception {
        var config = GatewayConfig.read(ChainAway.config(folder, 1, """
                [anchorage.local]
                kind = "local"
                """));
        TokenSetup.initialise(config);
        var ledger = new FaultyLedger(1, 2);
        ledger.lodgeByAnother(new SignedLog("test/1", 1).growTo(7).head(7));
        StoppedRelay.write(config.data(), "evm", new SignedLog("test/1", 1).growTo(5), ledger);
        return config;
    }

    private static void spoil(Path kind) throws Exception {
        Files.createDirectories(kind);
        Files.writeString(kind.resolve("0000000000000000.segment"), "no segment\n".repeat(1000));
    }

    private interface Look {
        void at(Anchorages anchorages) throws Exception;
    }

    private static void assertSealsNothing(GatewayConfig config, String why) throws Exception {
        started(config, anchorages -> {
            var sealer = new Stage() {
                @Override
                public String name() {
                    return "sealer";
                }

                @Override
                public int step() {
                    throw new AssertionError("it seals");
                }
            };
            var guard = new HistoryGuard(
                    sealer, HistoryGuard.of(anchorages.all()), () -> true, InstantSource.system(), System::nanoTime);
            var said = assertThrows(HistoryGuard.LogContradicted.class, guard::step);
            assertTrue(said.getMessage().contains(why), said::getMessage);
        });
    }

    /// As a gateway opens them; their relays run.
    private static void started(GatewayConfig config, Look look) throws Exception {
        var clock = KernelClock.open(config.discipline());
        var reserve = LogParts.reserve(config);
        var opened = new ArrayDeque<AutoCloseable>();
        try (var token = config.token().open();
                var log = LogParts.open(config, token, clock, reserve);
                var control = ControlLog.open(
                        LogParts.small(config.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES), clock, new FatalEnd())) {
            var runner = new RunnerConfig(
                    RunnerConfig.Threads.VIRTUAL,
                    Anchorages.POLL,
                    Anchorages.POLL,
                    Anchorages.POLL,
                    InstantSource.system(),
                    new Random(),
                    new FatalEnd());
            var anchorages = new Anchorages(new Anchorages.Surroundings(
                    config, log, token, control, clock, reserve, new HealthOfParts(), runner, opened));
            try {
                anchorages.start();
                look.at(anchorages);
            } finally {
                while (!opened.isEmpty()) opened.pop().close();
            }
        }
    }

    private PublicationLedger publications(Token token) throws Exception {
        var config = GatewayConfig.read(Files.writeString(folder.resolve("sealpost.toml"), CONFIG));
        var clock = new ClockReading(
                0, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), new byte[16], 0);
        var genesis = new Genesis(
                new Origin("test/1"),
                Suite.SHA256_P256,
                Commissioning.keys("token", token.generate("seal", KeyKind.P256).spki(), List.of(), Optional.empty()),
                "test",
                clock,
                new byte[32],
                Optional.empty());
        var log = new LogParts(null, null, LogIdentity.of(genesis), null, null, null, null);
        var box = new Anchorages.Surroundings(config, log, token, null, null, null, null, null, new ArrayDeque<>());
        return new Anchorages(box).publications(config.chains().getFirst());
    }
}
