package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.archive.ErasingPolicy;
import org.sealpost.archive.RetentionPolicy;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.hsm.PinPlace;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.est.GlobalSignServer;
import org.sealpost.hsm.est.Renewal;
import org.sealpost.profile.Profile;
import org.sealpost.record.ClockReading;

class GatewayConfigTest {
    private static final String LEAST = """
            data = "data"
            [clients]
            file = "clients"
            [token]
            module = "/usr/lib/softhsm/libsofthsm2.so"
            label = "box"
            pin-file = "pin"
            """;

    @TempDir
    Path folder;

    @Test
    void theLeastThatIsNeededHasSafeDefaults() throws IOException {
        var config = read(LEAST);
        assertEquals(folder.resolve("data"), config.data(), "paths are relative to the file");
        assertEquals("127.0.0.1", config.http().host());
        assertEquals(8080, config.http().port());
        assertEquals(1883, config.mqtt().port());
        assertEquals(1 << 20, config.intake().maxPayloadBytes());
        assertEquals("seal", config.token().sealKey());
        assertEquals(List.of(), config.anchorages());
        assertTrue(config.update().isEmpty());
    }

    @Test
    void directoriesOfEarlierOriginsAreThoseOfTheFile() throws IOException {
        assertEquals(List.of(), read(LEAST).earlier());
        assertEquals(
                List.of(folder.resolve("oldest"), Path.of("/var/old")),
                read(LEAST + "[origin]\nearlier = [\"oldest\", \"/var/old\"]\n").earlier());
        for (var wrong : Map.of(
                        "[\"old\", \"a/../old\"]",
                        "origin.earlier names a/../old twice",
                        "[\"old\", \"./data\"]",
                        "origin.earlier names ./data, which is data, too",
                        "\"old\"",
                        "origin.earlier is \"old\", expected a list of texts in quotes",
                        "[" + "\"a\",".repeat(17) + "]",
                        "origin.earlier has 17 directories, allowed are 16")
                .entrySet()) {
            var refused = assertThrows(
                    ConfigRefused.class, () -> read(LEAST + "[origin]\nearlier = " + wrong.getKey() + "\n"));
            assertTrue(String.valueOf(refused.getMessage()).startsWith(wrong.getValue()), refused.getMessage());
        }
    }

    @Test
    void profilesSayWhatIsAnchoredAtOnce() throws IOException {
        assertEquals(Set.of(), read(LEAST + "[profile.weighing]\n").anchoredAtOnce());
        var config = read(LEAST + """
                [profile.alarm]
                anchor = "at-once"
                [profile.weighing]
                [profile."sensor.gap"]
                anchor = "at-once"
                """);
        assertEquals(Set.of("alarm", "sensor.gap"), config.anchoredAtOnce());
        assertEquals(
                Set.of("alarm", "weighing"),
                config.profiles().stream().map(Profile::name).collect(Collectors.toSet()));
    }

    @Test
    void anOrderToEraseWaitsADayUnlessTheFileSaysOtherwise() throws IOException {
        assertEquals(Duration.ofDays(1), read(LEAST).eraseWithin());
        assertEquals(
                Duration.ofMinutes(5),
                read(LEAST + "[retention]\nerase-within = \"5m\"\n").eraseWithin());
        for (var refused : List.of("erase-within = \"soon\"", "erase-in = \"5m\"")) {
            assertThrows(ConfigRefused.class, () -> read(LEAST + "[retention]\n" + refused + "\n"));
        }
    }

    @Test
    void aCertificateIsAskedForOnlyWhereAServerIsNamed() throws Exception {
        assertTrue(read(LEAST).est().isEmpty());
        GlobalSignServer.pem(
                folder.resolve("owner.pem"),
                "CERTIFICATE",
                TestCa.create("the owner's CA").certificate());
        var named = LEAST + "[est]\nserver = \"https://ca.example:8443\"\nca-file = \"owner.pem\"\n";
        var est = read(named).est().orElseThrow();
        assertEquals(Renewal.DEFAULT, est.renewal());
        assertTrue(est.password().isEmpty());
        var whole = named + "user = \"box\"\npassword-file = \"once\"\nafter = 0.5\n";
        assertEquals(0.5, read(whole).est().orElseThrow().renewal().share());
        assertEquals(
                folder.resolve("once"),
                read(whole).est().orElseThrow().password().orElseThrow().file());
        for (var refused : List.of(
                named + "user = \"box\"\n",
                named + "after = 1\n",
                named + "after = \"soon\"\n",
                named.replace("https:", "http:"),
                named.replace("owner.pem", "none.pem"),
                whole.replace("\"box\"\npass", "\"a:b\"\npass"))) {
            var sentence =
                    assertThrows(ConfigRefused.class, () -> read(refused)).getMessage();
            assertFalse(sentence.isBlank(), refused);
        }
    }

    @Test
    void profilesAreDeclaredWithWhatTheirRecordsAreFoundBy() throws IOException {
        assertEquals(List.of(), read(LEAST).profiles());
        var declared = LEAST + """
                [profile.epcis]
                [profile."port.weigh"]
                version = 3
                business-key = "/container/number"
                """;
        assertEquals(
                List.of(new Profile("epcis", 1), new Profile("port.weigh", 3, Optional.of("/container/number"))),
                read(declared).profiles());
        for (var wrong : List.of(
                declared.replace("/container/number", "container"),
                declared.replace("/container/number", ""),
                declared.replace("version = 3", "version = 0"),
                declared.replace("business-key", "busines-key"),
                declared.replace("[profile.epcis]", "[profile.\"sealpost.start\"]"),
                declared.replace("epcis", "default"),
                declared.replace("epcis", "Epcis"),
                declared.replace("[profile.epcis]", "profile = 3"))) {
            var sentence = assertThrows(ConfigRefused.class, () -> read(wrong)).getMessage();
            assertTrue(sentence.contains("profile"), sentence);
        }
    }

    @Test
    void keysInFilesAreForAGatewayThatIsNoBoxAndNamesNoToken() throws IOException {
        var insecure = LEAST.replaceAll("(module|pin-file) = .*\n", "")
                + "driver = \"insecure-software\"\nfolder = \"keys\"\n";
        var token = read(insecure).token();
        assertEquals(new TokenPlace.InsecureFolder(folder.resolve("keys"), "box"), token.place());
        assertTrue(token.isInsecure());
        assertFalse(read(LEAST).token().isInsecure());
        assertTrue(assertThrows(ConfigRefused.class, token::config).getMessage().contains("name a real token"));

        for (var key : List.of("module", "pin-file", "pin-credential", "serial", "profile", "chip")) {
            var refused = assertThrows(ConfigRefused.class, () -> read(insecure + key + " = \"x\"\n"));
            assertTrue(refused.getMessage().contains("leave out token." + key), refused.getMessage());
        }
        assertThrows(ConfigRefused.class, () -> read(insecure + "sessions = 1\n"));
        assertThrows(ConfigRefused.class, () -> read(insecure.replace("folder = \"keys\"\n", "")));
        assertThrows(ConfigRefused.class, () -> read(LEAST + "folder = \"keys\"\n"));
        var box = assertThrows(
                ConfigRefused.class, () -> read(insecure + "[http]\ntls = true\n[box]\nconsole = \"console\"\n"));
        assertTrue(box.getMessage().contains("a box of its own signs with an HSM"), box.getMessage());
    }

    @Test
    void aPinComesFromAFileOrFromASystemdCredential() throws IOException {
        var given = Map.of("CREDENTIALS_DIRECTORY", "/run/credentials/sealpost.service");
        var credential = LEAST.replace("pin-file = \"pin\"", "pin-credential = \"token-pin\"");
        var token = read(credential, given).token().config();
        assertEquals(Path.of("/run/credentials/sealpost.service/token-pin"), token.pinFile());
        assertEquals(folder.resolve("data").resolve("token-pin"), token.pin().memory());
        assertEquals(
                PinPlace.inFile(folder.resolve("pin")),
                read(LEAST, given).token().config().pin());
        refuses("$CREDENTIALS_DIRECTORY is not set", credential, Map.of());
        refuses("is no name of a systemd credential", credential.replace("token-pin", "../pin"), given);
        refuses("are both there", credential + "pin-file = \"pin\"\n", given);
        refuses("token.pin-file", credential.replaceAll("pin-credential = .*\n", ""), given);
    }

    private void refuses(String words, String text, Map<String, String> environment) {
        var refused = assertThrows(ConfigRefused.class, () -> read(text, environment));
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::getMessage);
    }

    @Test
    void aProfileOfATokenIsANameOrAFileBesideTheConfiguration() throws IOException {
        assertTrue(read(LEAST).token().config().profile().isEmpty());
        assertEquals(
                "luna",
                read(LEAST + "profile = \"luna\"\n").token().config().profile().orElseThrow());
        assertEquals(
                folder.resolve("mine.properties").toString(),
                read(LEAST + "profile = \"mine.properties\"\n")
                        .token()
                        .config()
                        .profile()
                        .orElseThrow());
    }

    @Test
    void anUpdateAgentIsForEveryGateway() throws IOException {
        var update = read(LEAST + "[update]\nagent = \"/run/agent\"\nacts = \"acts\"\n")
                .update()
                .orElseThrow();
        assertEquals(Path.of("/run/agent"), update.agent());
        assertEquals(folder.resolve("acts"), update.acts());
    }

    @Test
    void unitsAreRead() throws IOException {
        var config = read(LEAST + """
                [seal]
                checkpoint-interval = "250ms"
                min-interval = "5ms"
                thin = false
                [journal]
                segment-size = "128MiB"
                [intake]
                max-payload = "4KiB"
                [sensors]
                file = "sensors.toml"
                """);
        assertEquals(Duration.ofMillis(250), config.sealer().checkpointInterval());
        assertEquals(Duration.ofMillis(5), config.sealer().minInterval());
        assertFalse(config.sealer().thin());
        assertEquals(128 << 20, config.segmentSizeBytes());
        assertEquals(4096, config.intake().maxPayloadBytes());
        assertEquals(folder.resolve("sensors.toml"), config.sensorsFile().orElseThrow());
    }

    @Test
    void ledgersHaveNamesOfTheOwnersChoosing() throws IOException {
        var config = read(LEAST + """
                [retention]
                drop-after = "90d"
                required = ["port", "customs"]
                [anchorage.port]
                kind = "evm"
                urls = ["http://127.0.0.1:8545"]
                contract = "port-contract"
                deadline = "3s"
                confirmations = 2
                max-age = "7s"
                max-entries = 1000
                min-pause = "2s"
                [anchorage.customs]
                kind = "evm"
                urls = ["https://node.example", "https://other.example:8545"]
                contract = "customs-contract"
                max-fee = "30gwei"
                stuck-after = "20m"
                stalled-after = "3m"
                account-key = "second"
                [anchorage.own-box]
                kind = "local"
                max-age = "1h"
                """);
        assertEquals(List.of("customs", "own-box", "port"), config.anchorageNames());
        assertFalse(config.thinsAnchors(), "the release before could not be started again");
        assertTrue(read(LEAST + "[anchorage]\nthin = true\n").thinsAnchors());
        assertEquals(List.of("second", "port"), config.accountKeys(), "an account is called as its anchorage");
        var customs = config.chains().getFirst();
        assertEquals(
                new HeadPolicy(Duration.ofMinutes(10), HeadPolicy.NO_BOUND, Duration.ofSeconds(5)), customs.policy());
        assertEquals(
                List.of("https://node.example", "https://other.example:8545"),
                customs.config().nodes().stream().map(URI::toString).toList());
        assertEquals(new BigInteger("30000000000"), customs.config().maxFee().orElseThrow());
        assertEquals(Duration.ofMinutes(20), customs.config().stuckAfter());
        assertEquals(Duration.ofMinutes(3), customs.config().stalledAfter());
        assertTrue(customs.config().confirmations().isEmpty());
        var port = config.chains().getLast();
        assertEquals("http://127.0.0.1:8545", port.config().nodes().getFirst().toString());
        assertEquals(Duration.ofSeconds(3), port.config().deadline());
        assertEquals(2, port.config().confirmations().getAsInt());
        assertEquals(folder.resolve("port-contract"), port.contract());
        assertEquals(new HeadPolicy(Duration.ofSeconds(7), 1000, Duration.ofSeconds(2)), port.policy());
        assertEquals(
                new LocalSettings("own-box", HeadPolicy.each(Duration.ofHours(1))),
                config.anchorages().get(1));
    }

    /// Whoever has the tables of earlier releases has the same anchorages, and so the same journals.
    @Test
    void theTablesOfEarlierReleasesAreReadAsAnchorages() throws IOException {
        var before = read(LEAST + """
                [ledger.local]
                between-heads = "1h"
                [ledger.evm]
                url = "http://127.0.0.1:8545"
                contract = "evm-contract"
                deadline = "3s"
                confirmations = 2
                """);
        var now = read(LEAST + """
                [anchorage.local]
                kind = "local"
                max-age = "1h"
                [anchorage.evm]
                kind = "evm"
                urls = ["http://127.0.0.1:8545"]
                contract = "evm-contract"
                deadline = "3s"
                confirmations = 2
                """);
        assertEquals(List.of("local", "evm"), before.anchorageNames());
        assertEquals(List.of("evm"), before.accountKeys());
        assertEquals(Set.copyOf(now.anchorages()), Set.copyOf(before.anchorages()));
    }

    @Test
    void authoritiesStampWhereTheyAreConfigured() throws Exception {
        var ca = TestCa.create("the CA of an authority").certificate();
        GlobalSignServer.pem(folder.resolve("tsa.pem"), "CERTIFICATE", ca);
        var file = folder.resolve("authority.toml");
        Files.writeString(file, LEAST + """
                [retention]
                drop-after = "90d"
                required = ["stamps"]
                [anchorage.stamps]
                kind = "tsa"
                urls = ["https://tsa.example/tsr?key=secret", "http://second.example:318"]
                ca-file = "tsa.pem"
                policy = "1.2.3.4"
                deadline = "3s"
                between-heads = "1h"
                [anchorage.others]
                kind = "tsa"
                urls = ["https://other.example"]
                ca-file = "tsa.pem"
                """);
        var table = ConfigTable.read(file);
        var authorities = GatewayConfig.read(table).authorities();
        assertEquals(
                List.of("others", "stamps"),
                authorities.stream().map(AuthoritySettings::name).toList());
        var stamps = authorities.getLast();
        assertEquals(2, stamps.config().urls().size());
        assertArrayEquals(ca, stamps.config().authority().getEncoded());
        assertEquals(Optional.of("1.2.3.4"), stamps.config().policy());
        assertEquals(Duration.ofSeconds(3), stamps.config().deadline());
        assertEquals(Duration.ofHours(1), stamps.policy().maxAge());
        assertEquals(HeadPolicy.DEFAULT, authorities.getFirst().policy());
        var told = table.effective();
        assertTrue(told.contains("anchorage.stamps.urls = [https://tsa.example, http://second.example:318]"), told);
        assertFalse(told.contains("secret"), told);
    }

    @Test
    void aChannelOfFabricIsReachedByItsPeersAndAsAMember() throws Exception {
        var ca = TestCa.create("the CA of peers").certificate();
        GlobalSignServer.pem(folder.resolve("peers.pem"), "CERTIFICATE", ca);
        var settings = read(LEAST + """
                [anchorage.consortium]
                kind = "fabric"
                peers = ["127.0.0.1:7051", "[::1]:7052", "peer.example:443"]
                ca-file = "peers.pem"
                channel = "anchors"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                deadline = "3s"
                """);
        var fabric =
                assertInstanceOf(FabricSettings.class, settings.anchorages().getFirst());
        var config = fabric.config();
        assertEquals(
                List.of("127.0.0.1:7051", "[::1]:7052", "peer.example:443"),
                config.peers().stream().map(Object::toString).toList());
        assertEquals("sealpost", config.chaincode());
        assertEquals(folder.resolve("box.pem"), config.certificate());
        assertEquals(Duration.ofSeconds(3), config.deadline());
        // The key is made with the others, and is not destroyed as long as the gateway signs with it.
        assertEquals(List.of("consortium"), settings.identityKeys());
        assertTrue(settings.keys("seal").contains("consortium"));
        assertTrue(settings.accountKeys().isEmpty());
    }

    /// An earlier release took such a file, and an update must not stop a box.
    @Test
    void aPeerThatStandsThereTwiceCountsOnce() throws Exception {
        var ca = TestCa.create("the CA of peers").certificate();
        GlobalSignServer.pem(folder.resolve("peers.pem"), "CERTIFICATE", ca);
        var channel = LEAST + """
                [anchorage.consortium]
                kind = "fabric"
                peers = [%s]
                ca-file = "peers.pem"
                channel = "anchors"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                """;
        var alone = fabric(channel.formatted("\"peer:7051\", \"peer:7051\""));
        assertEquals(List.of("peer:7051"), addresses(alone));
        var said = alone.warning().orElseThrow();
        assertTrue(said.startsWith("anchorage.consortium.peers has peer:7051 more than once"), said);
        assertTrue(said.contains("by the word of this peer alone"), said);
        var many = "\"a:1\", \"b:1\", \"c:1\", \"d:1\", \"a:1\", \"b:1\", \"a:1\", \"e:1\"";
        var several = fabric(channel.formatted(many));
        assertEquals(List.of("a:1", "b:1", "c:1", "d:1", "e:1"), addresses(several));
        assertTrue(several.warning().orElseThrow().contains("has a:1, b:1 more than once, which counts once"));
        assertEquals(
                Optional.empty(),
                fabric(channel.formatted("\"peer:7051\", \"peer:7052\"")).warning());
    }

    private FabricSettings fabric(String toml) throws Exception {
        return assertInstanceOf(FabricSettings.class, read(toml).anchorages().getFirst());
    }

    private static List<String> addresses(FabricSettings fabric) throws Exception {
        return fabric.config().peers().stream().map(Object::toString).toList();
    }

    /// A box makes its keys, and asks for its certificate, before anybody has given it the file.
    @Test
    void whoVouchesForPeersIsReadWhenTheyAreReached() throws Exception {
        var settings = read(LEAST + """
                [anchorage.consortium]
                kind = "fabric"
                peers = ["127.0.0.1:7051"]
                ca-file = "peers.pem"
                channel = "anchors"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                """);
        var fabric =
                assertInstanceOf(FabricSettings.class, settings.anchorages().getFirst());
        var missing = assertThrows(AnchorageSetback.class, fabric::config);
        assertTrue(missing.getMessage().startsWith("anchorage.consortium.ca-file cannot be read"));
        Files.writeString(folder.resolve("peers.pem"), "no certificate");
        var bad = assertThrows(AnchorageSetback.class, fabric::config);
        assertTrue(bad.remedy().contains(folder.resolve("peers.pem").toString()), bad.remedy());
        var ca = TestCa.create("the CA of peers").certificate();
        GlobalSignServer.pem(folder.resolve("peers.pem"), "CERTIFICATE", ca);
        assertArrayEquals(ca, fabric.config().authorities().getFirst().getEncoded());
        var refused = assertThrows(ConfigRefused.class, () -> read(LEAST + """
                [anchorage.consortium]
                kind = "fabric"
                peers = []
                ca-file = "peers.pem"
                channel = "anchors"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                """));
        assertTrue(refused.getMessage().contains("1 to 8 peers"), refused.getMessage());
    }

    /// Each has a head in evidence, which has room for so many.
    @Test
    void thereAreSixteenAnchoragesAtMost() throws Exception {
        var ca = TestCa.create("the CA of an authority").certificate();
        GlobalSignServer.pem(folder.resolve("tsa.pem"), "CERTIFICATE", ca);
        var text = new StringBuilder(LEAST).append("[anchorage.own]\nkind = \"local\"\n");
        for (int i = 1; i <= 15; i++) text.append("""
                [anchorage.a%d]
                kind = "tsa"
                urls = ["http://x"]
                ca-file = "tsa.pem"
                """.formatted(i));
        assertEquals(16, read(text.toString()).anchorages().size());
        text.append("[anchorage.evm]\nkind = \"evm\"\nurls = [\"http://x\"]\ncontract = \"c\"\n");
        var refused = assertThrows(ConfigRefused.class, () -> read(text.toString()));
        assertTrue(refused.getMessage().startsWith("there are 17 anchorages"), refused.getMessage());
    }

    /// Off until it is configured; by the age, the size, or both.
    @Test
    void whatIsGivenUpIsSaidByAPerson() throws IOException {
        assertTrue(read(LEAST).retention().isEmpty());
        var age =
                read(LEAST + "[retention]\ndrop-after = \"90d\"\n").retention().orElseThrow();
        assertEquals(new RetentionPolicy(Optional.of(Duration.ofDays(90)), OptionalLong.empty()), age.policy());
        assertTrue(age.required().isEmpty());
        var both = read(LEAST + """
                        [anchorage.local]
                        kind = "local"
                        [retention]
                        drop-after = "24h"
                        max-size = "500GiB"
                        required = ["local"]
                        """).retention().orElseThrow();
        assertEquals(new RetentionPolicy(Optional.of(Duration.ofDays(1)), OptionalLong.of(500L << 30)), both.policy());
        assertEquals(List.of("local"), both.required().orElseThrow());
        var none = read(LEAST + "[retention]\ndrop-after = \"90d\"\nrequired = []\n");
        assertEquals(List.of(), none.retention().orElseThrow().required().orElseThrow());
    }

    @Test
    void bodiesAreErasedAtTheAgeThatTheirProfileSaysOrElseAllOthersDo() throws Exception {
        var settings = read(LEAST + """
                        [retention]
                        erase-after = "90d"
                        [profile.weighing]
                        business-key = "/number"
                        erase-after = "30d"
                        erase-form = "body-and-salts"
                        [profile.customs]
                        erase-after = "never"
                        [profile.plain]
                        [profile."sensor.reading"]
                        erase-after = "2d"
                        """);
        var customs = new ErasingPolicy.AllBut(Set.of("customs", "weighing", "sensor.reading"));
        assertEquals(
                List.of(
                        new ErasingPolicy(
                                "profile.sensor.reading.erase-after",
                                Duration.ofDays(2),
                                ErasureForm.BODY,
                                new ErasingPolicy.Only("sensor.reading")),
                        new ErasingPolicy(
                                "profile.weighing.erase-after",
                                Duration.ofDays(30),
                                ErasureForm.BODY_AND_SALTS,
                                new ErasingPolicy.Only("weighing")),
                        new ErasingPolicy("retention.erase-after", Duration.ofDays(90), ErasureForm.BODY, customs)),
                settings.retention().orElseThrow().erasing());
        assertFalse(settings.retention().orElseThrow().policy().isAsking(), "nothing is given up");
        assertEquals(
                List.of("customs", "plain", "weighing"),
                settings.profiles().stream().map(Profile::name).sorted().toList());
        var alone = read(LEAST + "[profile.weighing]\nerase-after = \"30d\"\n");
        assertEquals(1, alone.retention().orElseThrow().erasing().size());
    }

    @Test
    void whatIsInForceIsToldWithoutSecrets() throws IOException {
        var file = folder.resolve("effective.toml");
        Files.writeString(file, LEAST + """
                [intake]
                max-payload = "4KiB"
                [ledger.local]
                [anchorage.port]
                kind = "evm"
                urls = ["https://user:pass@node.example:8545/v3/clients-key?x=y"]
                contract = "evm-contract"
                """);
        var table = ConfigTable.read(file);
        GatewayConfig.read(table);
        var told = table.effective();
        for (String expected : List.of(
                "data = data",
                "http.host = default",
                "http.port = 8080",
                "intake.max-payload = 4KiB",
                "intake.disk-check-every = 1000ms",
                "seal.min-interval = 20ms",
                "seal.thin = true",
                "journal.segment-size = 67108864B",
                "token.pin-file = pin",
                "ledger.local = present",
                "ledger.local.max-age = 600000ms",
                "anchorage.port.urls = [https://node.example:8545]",
                "anchorage.port.max-age = 600000ms",
                "anchorage.port.min-pause = 5000ms",
                "anchorage.port.deadline = 10000ms")) {
            assertTrue((told + ",").contains(expected + ","), () -> expected + " is not in " + told);
        }
        for (String secret : List.of("user", "pass@", "clients-key")) assertFalse(told.contains(secret), told);
    }

    @Test
    void whatDisciplinesTheClockIsSaidByAPerson() throws IOException {
        assertEquals(ClockReading.Source.SYSTEM, read(LEAST).discipline());
        assertEquals(
                ClockReading.Source.NTS,
                read(LEAST + "[clock]\ndisciplined-by = \"nts\"\n").discipline());
    }

    @Test
    void theTokensLibraryHasAProcessOfItsOwnUnlessSaidOtherwise() throws IOException {
        assertEquals(TokenSettings.Driver.PROCESS, read(LEAST).token().driver());
        assertEquals(
                TokenSettings.Driver.INSIDE,
                read(LEAST + "driver = \"inside\"\n").token().driver());
        var refused = assertThrows(ConfigRefused.class, () -> read(LEAST + "driver = \"none\"\n"));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("token.driver is \"none\""), refused::getMessage);
    }

    @Test
    void aBoxOfItsOwnNeedsNoClients() throws IOException {
        var config = read("""
                data = "data"
                [http]
                port = 443
                tls = true
                [token]
                module = "/usr/lib/softhsm/libsofthsm2.so"
                label = "box"
                pin-file = "pin"
                [box]
                console = "console"
                release = "/etc/os-release"
                """);
        assertTrue(config.clientsFile().isEmpty());
        assertTrue(config.http().tls());
        assertFalse(config.mqtt().tls());
        var box = config.box().orElseThrow();
        assertEquals(folder.resolve("console"), box.console());
        assertEquals(Path.of("/etc/os-release"), box.release().orElseThrow());
        assertTrue(read(LEAST).box().isEmpty());
    }

    /// The image is built from it as it is; a box that cannot read it opens no door to say so.
    @Test
    void theFileOfTheImageIsRead() {
        var config = GatewayConfig.read(ofImage("sealpost.toml"));
        assertEquals(Path.of("/data/sealpost"), config.data());
        assertEquals(Path.of("/dev/tpmrm0"), config.token().chip().orElseThrow());
        assertTrue(config.http().tls() && config.mqtt().tls());
        assertTrue(config.box().isPresent());
    }

    /// All bounds on load together, at their worst: the rest is for the program itself, sockets and answers.
    @Test
    void whatLoadMayTakeOfTheImagesHeapIsAThirdOfIt() throws IOException {
        var intake = GatewayConfig.read(ofImage("sealpost.toml")).intake();
        var heap = Files.readAllLines(ofImage("java.options")).stream()
                .filter(option -> option.matches("-Xmx[0-9]+m"))
                .mapToLong(option -> Long.parseLong(option.replaceAll("[^0-9]", "")) << 20)
                .findFirst()
                .orElseThrow();
        long load = 3 * intake.maxWaitingBytes() + 4L * intake.rememberedKeys();
        assertTrue(load <= heap / 3, load + " of " + heap);
    }

    private static Path ofImage(String file) {
        return Path.of(System.getProperty("sealpost.root", "../.."), "image-build/root/usr/lib/sealpost", file);
    }

    /// Each message says which key, what was found, and what to do.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dta = 'x' | unknown key dta; did you mean data?",
                "[http]\\nprot = 1 | unknown key http.prot; did you mean http.port?",
                "[http]\\nport = 70000 | http.port is 70000, allowed are 0 to 65535",
                "[http]\\nport = 'x' | http.port is \"x\", expected a whole number",
                "[seal]\\ncheckpoint-interval = '5 seconds' | seal.checkpoint-interval is \"5 seconds\", expected a duration",
                "[seal]\\ncheckpoint-interval = '1ms' | allowed are PT0.1S to PT1H",
                "[seal]\\nmin-interval = '11s' | least interval of seals is PT11S, allowed are PT0S to PT10S",
                "[seal]\\nthin = 'no' | seal.thin is \"no\", expected true or false",
                "[intake]\\nmax-payload = '1MB' | intake.max-payload is \"1MB\", expected a size",
                "[intake]\\nmax-payload = '9GiB' | intake.max-payload is above 2 GiB",
                "[intake]\\nwindow = '1s' | window in ms is 1000, allowed are 60000 to",
                "[intake]\\nthrottle-at-used-percent = 96 | throttle-at-used-percent is 96, allowed are 1 to 95",
                "[ledger.evm]\\nurl = 'ftp://x' \\ncontract='c' | a node's address is http",
                "[ledger.evm]\\ncontract = 'c' | ledger.evm.url is missing",
                "[anchorage.x]\\nurls = ['http://x'] | anchorage.x.kind is missing",
                "[anchorage.x]\\nkind = 'paper' | anchorage.x.kind is \"paper\", expected \"evm\" or \"fabric\" or \"local\" or \"tsa\"",
                "[anchorage.x]\\nkind = 'evm'\\ncontract = 'c' | anchorage.x.urls is missing",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x'] | anchorage.x.contract is missing",
                "[anchorage.x]\\nkind = 'evm'\\nurls = []\\ncontract = 'c' | a chain is asked by 1 to 8 nodes, not 0",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x', 'http://x']\\ncontract = 'c' | a node's address stands there twice",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c'\\nmax-fee = '5' | anchorage.x.max-fee is \"5\", expected a price of gas such as \"50gwei\"",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c'\\nmax-fee = '0gwei' | max-fee is positive, not 0 wei",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c'\\nstuck-after = '999ms' | stuck-after and stalled-after are at least a second",
                "[ledger.evm]\\nurl = 'http://x'\\nurls = ['http://y']\\ncontract = 'c' | ledger.evm.url and ledger.evm.urls are both there",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x y/?key=secret']\\ncontract = 'c' | anchorage.x.urls has an address that is none",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\nca-file = 'c' | anchorage.x.ca-file is for kind \"fabric\" and \"tsa\", and this anchorage is of kind \"evm\": leave it out",
                "[anchorage.x]\\nkind = 'local'\\nurls = ['http://x'] | anchorage.x.urls is for kind \"evm\" and \"tsa\", and this",
                "[anchorage.x]\\nkind = 'evm'\\nurl = 'http://x'\\nurls = ['http://x']\\ncontract = 'c' | unknown key anchorage.x.url; did you mean anchorage.x.urls?",
                "[anchorage.x]\\nkind = 'local'\\n[anchorage.y]\\nkind = 'local' | anchorages x and y are both of kind \"local\"",
                "[ledger.local]\\n[anchorage.y]\\nkind = 'local' | anchorages local and y are both of kind \"local\"",
                "[ledger.evm]\\nurl = 'http://x'\\ncontract = 'c'\\n[anchorage.y]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'd'\\naccount-key = 'evm' | anchorages evm and y both have the account-key \"evm\": each ledger has an account of its own",
                "[ledger.evm]\\nurl = 'http://x'\\ncontract = 'c'\\naccount-key = 'a'\\naccount-key-file = 'a.pem' | ledger.evm.account-key and ledger.evm.account-key-file are both there: an account has one key",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c'\\naccount-key-file = 'a'\\n[anchorage.y]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'd'\\naccount-key-file = './a' | both have the account-key-file",
                "[anchorage.x]\\nkind = 'local'\\naccount-key-file = 'a' | anchorage.x.account-key-file is for kind \"evm\", and this",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c'\\n[anchorage.y]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = './c' | anchorages x and y both keep the address of a contract in",
                "[anchorage.x]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c'\\npublish-account-key = 'p'\\n[anchorage.y]\\nkind = 'evm'\\nurls = ['http://x']\\ncontract = 'c-publications' | anchorages x and y both keep the address of a contract in",
                "[anchorage.x]\\nkind = 'tsa'\\nurls = ['http://x/ ?key=secret']\\nca-file = 'x' | anchorage.x.urls has an address that is none",
                "[anchorage.x]\\nkind = 'tsa'\\nurls = 'http://x/?key=secret'\\nca-file = 'x' | anchorage.x.urls is an address, expected a list",
                "[ledger.evm]\\nurl = 'http://x y/?key=secret'\\ncontract = 'c' | ledger.evm.url has an address that is none",
                "[est]\\nserver = 'https://x y/?key=secret'\\nca-file = 'c' | est.server has an address that is none",
                "[anchorage.x]\\nkind = 'tsa'\\nca-file = 'x' | anchorage.x.urls is missing",
                "[anchorage.x]\\nkind = 'tsa'\\nurls = ['http://x']\\nca-file = 'none' | anchorage.x.ca-file cannot be read",
                "[anchorage.x]\\nkind = 'fabric' | anchorage.x.peers is missing",
                "[anchorage.x]\\nkind = 'fabric'\\npeers = ['grpcs://h:1']\\nca-file = 'none' | anchorage.x.channel is missing",
                "[anchorage.x]\\nkind = 'fabric'\\nurls = ['http://x'] | anchorage.x.urls is for kind \"evm\" and \"tsa\", and this",
                "[ledger.local]\\n[anchorage.local]\\nkind = 'tsa' | anchorage.local has the name of [ledger.local], which is the same",
                "[anchorage.A_B]\\nkind = 'tsa' | anchorage.\"A_B\" is no name of an anchorage",
                "[anchorage.a23456789012345678901]\\nkind = 'tsa' | is no name of an anchorage",
                "[anchorage.thin]\\nkind = 'local' | anchorage.thin is {\"kind\":\"local\"}, expected true or false",
                "[anchorage]\\nthin = 1 | anchorage.thin is 1, expected true or false",
                "[anchorage]\\nx = 1 | anchorage.x is 1, expected a table",
                "[http]\\ntls = 'yes' | http.tls is \"yes\", expected true or false",
                "[box]\\nrelease = 'x' | box.console is missing",
                "[box]\\nconsole = 'x'\\nconsol = 'y' | unknown key box.consol; did you mean box.console?",
                "[sensors]\\nfil = 'x' | unknown key sensors.fil; did you mean sensors.file?",
                "[sensors]\\nfile = 'x'\\n[box]\\nconsole = 'x' | sensors.file is there, and [box] is, too",
                "[sensors]\\nfile = 'a\\u0000b' | sensors.file has a character NUL",
                "[update]\\nagent = 'x' | update.acts is missing",
                "[update]\\nagent = 'x'\\nacts = 'y'\\nact = 'z' | unknown key update.act; did you mean update.acts?",
                "[update]\\nagent = 7\\nacts = 'y' | update.agent is 7, expected a text in quotes",
                "[ledger.fabric]\\nx = 1 | unknown key ledger.fabric",
                "[ledger]\\nlocal = true | ledger.local is true, expected a table",
                "[clock]\\ndisciplined-by = 'rtc' | clock.disciplined-by is \"rtc\", expected \"ntp\", \"nts\", \"ptp\" or \"gnss\"",
                "[clock]\\ndisciplined = 'ntp' | unknown key clock.disciplined; did you mean clock.disciplined-by?",
                "[box]\\nconsole = 'a\\u0000b' | box.console has a character NUL",
                "[ledger.evm]\\nurl = 'http://x'\\ncontract = 'c'\\nbetween-heads = '25h' | ledger.evm.max-age is 90000s",
                "[ledger.local]\\nbetween-heads = '2d' | ledger.local.max-age is 172800s, at most a day is allowed",
                "[anchorage.x]\\nkind = 'local'\\nmin-pause = '2d' | anchorage.x.min-pause is 172800s, at most a day is allowed",
                "[anchorage.x]\\nkind = 'local'\\nmax-entries = 0 | anchorage.x.max-entries is 0, allowed are 1 to",
                "[anchorage.x]\\nkind = 'local'\\nmin-pause = '2s'\\nbetween-heads = '1h' | anchorage.x.min-pause is there, and anchorage.x.between-heads is, too",
                "[profile.weighing]\\nanchor = 'soon' | profile.weighing.anchor is \"soon\", expected \"at-once\"",
                "[ledger.local]\\nmax-ages = '2s' | unknown key ledger.local.max-ages; did you mean ledger.local.max-age?",
                "[retention]\\nrequired = [] | [retention] says neither drop-after nor max-size",
                "[retention]\\ndrop-after = '23h' | retention.drop-after is 82800s, shorter than intake.window (86400s)",
                "[retention]\\nmax-size = '255MiB' | expected at least 4 times journal.segment-size (268435456)",
                "[retention]\\nmax-size = '1TB' | retention.max-size is \"1TB\", expected a size",
                "[retention]\\nmax-size = '1GiB'\\nrequired = 'evm' | retention.required is \"evm\", expected a list of texts",
                "[retention]\\nmax-size = '1GiB'\\nrequired = [7] | retention.required is [7], expected a list of texts",
                "[retention]\\nmax-size = '1GiB'\\nrequired = ['evm'] | retention.required names \"evm\", and there is no such anchorage: none",
                "[retention]\\nmax-size = '1GiB'\\nrequired = ['evm']\\n[ledger.local] | there are local",
                "[retention]\\nerase-form = 'body' | retention.erase-form says how, and retention.erase-after does not say when",
                "[retention]\\nerase-after = 'never' | retention.erase-after is \"never\", expected a duration",
                "[retention]\\nerase-after = '90d'\\nerase-form = 'all' | retention.erase-form is \"all\", expected \"body\"",
                "[retention]\\nerase-after = '23h' | retention.erase-after is 82800s, shorter than intake.window (86400s)",
                "[retention]\\nerase-after = '90d'\\ndrop-after = '90d' | retention.erase-after is 7776000s, and whole segments go before",
                "[retention]\\ndrop-after = '30d'\\n[profile.weighing]\\nerase-after = '31d' | profile.weighing.erase-after is 2678400s",
                "[profile.weighing]\\nerase-after = '1h' | profile.weighing.erase-after is 3600s, shorter than intake.window",
                "[profile.weighing]\\nerase-form = 'body' | profile.weighing.erase-form says how",
                "[profile.weighing]\\nerase-after = 'never'\\nerase-form = 'body' | profile.weighing.erase-after is \"never\"",
                "[profile.weighing]\\nerase-afer = '90d' | did you mean profile.weighing.erase-after?",
                "[profile.default]\\nerase-after = '90d'\\nversion = 2 | unknown key profile.default.version",
                "[profile.default]\\nversion = 2 | it is there without being declared",
                "[profile.'sealpost.act']\\nerase-after = '90d' | reserved for the box itself",
                "[retention]\\nmax = '1GiB' | unknown key retention.max; did you mean retention.max-size?",
                "= | cannot be read"
            })
    void whatIsWrongIsNamed(String addition, String message) {
        // What stands before the first table belongs before it; a table goes behind.
        var lines = addition.replace("\\n", "\n").replace('\'', '"');
        var text = lines.startsWith("[") ? LEAST + lines : lines + "\n" + LEAST;
        var refused = assertThrows(ConfigRefused.class, () -> read(text));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
        assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
    }

    @Test
    void whatIsMissingIsNamed() {
        for (var key : new String[] {"data", "file", "module", "label", "pin-file"}) {
            var text = LEAST.replaceAll("(?m)^" + key + " = .*$", "");
            var refused = assertThrows(ConfigRefused.class, () -> read(text));
            assertTrue(refused.getMessage().endsWith(key + " is missing"), refused.getMessage());
        }
    }

    private GatewayConfig read(String text) throws IOException {
        return read(text, Map.of());
    }

    private GatewayConfig read(String text, Map<String, String> environment) throws IOException {
        return GatewayConfig.read(
                ConfigTable.read(Files.writeString(folder.resolve("sealpost.toml"), text)), environment);
    }
}
