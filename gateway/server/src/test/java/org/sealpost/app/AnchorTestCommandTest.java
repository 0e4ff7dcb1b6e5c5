package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadFile;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.est.GlobalSignServer;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// `sealpost anchor test` where it comes to no question.
class AnchorTestCommandTest {
    /// The channel, and its publications, are asked by whom the token signs for.
    @Test
    void aTokenWithoutTheKeyIsToldOnceAndNothingElseIsLookedAt(@TempDir Path folder) throws Exception {
        var config = configured(folder);
        var tested = Said.by("anchor", "test", "consortium", "--json", "--config", config.toString());
        assertEquals(1, tested.code(), tested::toString);
        var checks = tested.json().required("checks");
        assertEquals(1, checks.size(), tested::toString);
        assertEquals("account", checks.get(0).required("about").asText(), tested::toString);
        assertTrue(checks.get(0).required("remedy").asText().contains("token init"), tested::toString);
    }

    /// One sentence of it, and the ledger is asked all the same.
    @Test
    void aRelayThatCannotBeReadIsSaidAndNothingElseIsLeftOut(@TempDir Path folder) throws Exception {
        var config = configured(folder);
        var segment = folder.resolve("data/anchors-consortium/0000000000000000.segment");
        Files.createDirectories(segment.getParent());
        Files.writeString(segment, "no segment\n".repeat(1000));
        var tested = Said.by("anchor", "test", "consortium", "--json", "--config", config.toString());
        assertEquals(1, tested.code(), tested::toString);
        var checks = tested.json().required("checks");
        assertEquals(2, checks.size(), tested::toString);
        assertEquals("relay", checks.get(0).required("about").asText(), tested::toString);
        assertTrue(checks.get(0).required("words").asText().contains("0000000000000000.segment"), tested::toString);
        assertEquals("account", checks.get(1).required("about").asText(), tested::toString);
    }

    /// It is nothing that keeps heads from going there.
    @Test
    void aPeerThatStandsThereTwiceIsSaid(@TempDir Path folder) throws Exception {
        var config = configured(folder);
        Files.writeString(
                config, Files.readString(config).replace("[\"127.0.0.1:1\"]", "[\"127.0.0.1:1\", \"127.0.0.1:1\"]"));
        var tested = Said.by("anchor", "test", "consortium", "--json", "--config", config.toString());
        var said = tested.json().required("checks").get(0);
        assertEquals("peers", said.required("about").asText(), tested::toString);
        assertTrue(said.required("good").asBoolean(), tested::toString);
        assertTrue(said.required("words").asText().contains("127.0.0.1:1 more than once"), tested::toString);
        assertTrue(said.required("remedy").asText().contains("name each peer once"), tested::toString);
    }

    /// Nobody is asked for anything: what seals signs nothing that others ask for, here as in the gateway.
    @Test
    void aKeyThatSealsLodgesNothingWhereItIsAnIdentity(@TempDir Path folder) throws Exception {
        var settings = GatewayConfig.read(configured(folder));
        SigningKey identity;
        SigningKey other;
        try (var token = Tokens.openInsecureSoftwareToken(folder.resolve("no-keys"), "laptop")) {
            identity = token.generate("consortium", KeyKind.P256);
            other = token.generate("other", KeyKind.P256);
        }
        var allowed = new ArrayList<String>();
        var refused = assertThrows(
                StartRefused.class,
                () -> AnchorLodge.lodge(
                        settings, "consortium", sealedBy(identity), opened -> allowed.add(opened.allowed())));
        assertTrue(refused.problem().contains("\"consortium\", and this key seals the log, or did"), refused.problem());
        assertTrue(allowed.getFirst().contains("must have enrolled key \"consortium\" as a client"), allowed::toString);
        try (var opened = OpenedAnchorage.open(settings, "consortium")) {
            opened.requireSealsNothing(sealedBy(other));
        }
    }

    /// The relay of the first would not know of the nonces that a command takes.
    @Test
    void aCommandSendsFromNoCopyOfTheAccountOfAnotherLedgerOfTheChain(@TempDir Path folder) throws Exception {
        var first = folder.resolve("first.pem");
        InsecureKeyFile.make(first, KeyKind.SECP256K1);
        Files.copy(first, folder.resolve("second.pem"), StandardCopyOption.COPY_ATTRIBUTES);
        var config = twoLedgers(folder, 1).toString();
        var settings = GatewayConfig.read(Path.of(config));
        HeadFile head;
        try (var token = Tokens.openInsecureSoftwareToken(folder.resolve("no-keys"), "laptop")) {
            head = sealedBy(token.generate("seal", KeyKind.P256));
        }
        var refused = assertThrows(AnchorageSetback.class, () -> AnchorLodge.lodge(settings, "second", head, _ -> {}));
        String why = "anchorages first and second both have the key in " + first;
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
        for (var verb : List.of("deploy", "test")) {
            var said = Said.by("anchor", verb, "second", "--config", config);
            assertEquals(1, said.code(), said::toString);
            assertTrue(said.toString().contains(why), said::toString);
        }
        var another = Said.by(
                "anchor", "test", "second", "--config", twoLedgers(folder, 2).toString());
        assertTrue(another.toString().contains("is a copy of " + first), another::toString);
        assertFalse(another.toString().contains(why), another::toString);
        assertTrue(another.toString().contains("so the contract's address is not known"), another::toString);
    }

    private static Path twoLedgers(Path folder, int port) throws Exception {
        return Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [token]
                driver = "insecure-software"
                folder = "no-keys"
                label = "laptop"
                [anchorage.first]
                kind = "evm"
                urls = ["http://127.0.0.1:1"]
                contract = "first-contract"
                account-key-file = "first.pem"
                [anchorage.second]
                kind = "evm"
                urls = ["http://127.0.0.1:%d"]
                contract = "second-contract"
                account-key-file = "second.pem"
                """.formatted(port));
    }

    private static HeadFile sealedBy(SigningKey key) {
        var origin = new Origin("sealed/1");
        var clock = new ClockReading(
                0, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), new byte[16], 0);
        var genesis = new Genesis(
                origin,
                Suite.SHA256_P256,
                Commissioning.keys("token", key.spki(), List.of(), Optional.empty()),
                "test",
                clock,
                new byte[32],
                Optional.empty());
        var head = new Head(origin, 2, Hash.of(new byte[Hash.SIZE]));
        return new HeadFile(Checkpoint.unsigned(head), new GenesisLeaf(genesis), List.of(), List.of(), List.of());
    }

    private static Path configured(Path folder) throws Exception {
        var ca = TestCa.create("the CA of peers").certificate();
        GlobalSignServer.pem(folder.resolve("peers-ca.pem"), "CERTIFICATE", ca);
        return Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [token]
                driver = "insecure-software"
                folder = "no-keys"
                label = "laptop"
                [profile."crane.lift"]
                publish = "commitments"
                publish-to = ["consortium"]
                [anchorage.consortium]
                kind = "fabric"
                peers = ["127.0.0.1:1"]
                ca-file = "peers-ca.pem"
                channel = "anchors"
                chaincode = "sealpost"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                """);
    }
}
