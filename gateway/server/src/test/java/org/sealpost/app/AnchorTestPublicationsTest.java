package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.BentWire;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// `sealpost anchor test` of a contract for publications.
class AnchorTestPublicationsTest {
    /// The gateway sends nothing there, and says so: what this box never reached before is looked at, and the node
    /// has forgotten how it was made.
    @Test
    void whatNobodyTellsTheMakingOfIsBadUnlessThisBoxPublishedThere(@TempDir Path folder) throws Exception {
        try (var anvil = Anvil.start();
                var node = new BentWire(anvil.url())) {
            var config = publishing(folder, node.url());
            var settings = GatewayConfig.read(config);
            var evm = settings.chains().getFirst();
            var heads = EvmContract.deployOnce(evm.config(), key(anvil, folder.resolve("heads.pem")), evm.contract());
            var account = key(anvil, folder.resolve("publish.pem"));
            var pin = EvmContract.publicationsPin(evm.contract());
            EvmContract.deployPublicationsOnce(evm.config(), account, heads, pin, Optional.empty());
            var creation = EvmContract.creation(pin).orElseThrow();
            var made = publications(config);
            assertTrue(made.required("good").asBoolean(), made::toString);
            assertTrue(made.required("words").asText().contains("by this release's code"), made::toString);

            node.results.put("eth_getTransactionReceipt 0x" + creation.id().hex(), "null");
            var bad = publications(config);
            assertFalse(bad.required("good").asBoolean(), bad::toString);
            assertTrue(bad.required("words").asText().contains("nobody tells of transaction " + creation.id()));
            assertTrue(bad.required("remedy").asText().contains("name a node that keeps old transactions"));
            assertEquals(1, tested(config).code());

            try (var ledger = EvmPublications.open(evm.config(), heads, creation, _ -> false, account)) {
                hasPublished(settings.data(), ledger.identity());
            }
            var known = publications(config);
            assertTrue(known.required("good").asBoolean(), known::toString);
            assertTrue(known.required("words").asText().contains("do not tell of transaction"), known::toString);
            assertEquals(0, tested(config).code());
        }
    }

    /// Who is to fund the account learns of it before something fails, and what was paid for though it failed.
    @Test
    void whatIsNotDeployedYetIsToldWithWhoPaysForIt(@TempDir Path folder) throws Exception {
        try (var anvil = Anvil.start()) {
            var config = publishing(folder, anvil.url());
            var evm = GatewayConfig.read(config).chains().getFirst();
            key(anvil, folder.resolve("heads.pem"));
            InsecureKeyFile.make(folder.resolve("publish.pem"), KeyKind.SECP256K1);
            var payer = InsecureKeyFile.open(folder.resolve("publish.pem"), KeyKind.SECP256K1);
            var account = EvmLedger.accountOf(payer).toString();

            var deployed = Said.by("anchor", "deploy", "evm", "--config", config.toString());
            assertEquals(1, deployed.code(), deployed::toString);
            assertTrue(deployed.toString().contains("the contract is at 0x"), deployed::toString);
            assertTrue(
                    deployed.toString()
                            .contains(
                                    "that for publications, which account " + account + " pays for, was not deployed"),
                    deployed::toString);
            assertTrue(EvmContract.pinned(evm.contract()).isPresent());

            var bad = publications(config);
            assertFalse(bad.required("good").asBoolean(), bad::toString);
            assertTrue(
                    bad.required("words").asText().contains("evm-contract-publications is not there"), bad::toString);
            assertTrue(bad.required("remedy").asText().contains("see that account " + account + " can pay"));

            anvil.fund(EvmLedger.accountOf(payer));
            assertEquals(
                    0,
                    Said.by("anchor", "deploy", "evm", "--config", config.toString())
                            .code());
            assertTrue(publications(config).required("good").asBoolean());
        }
    }

    private static Said tested(Path config) throws Exception {
        return Said.by("anchor", "test", "evm", "--json", "--config", config.toString());
    }

    /// What is said of the contract for publications.
    private static JsonNode publications(Path config) throws Exception {
        var tested = tested(config);
        for (var check : tested.json().required("checks")) {
            if (check.required("about").asText().equals("publications")) return check;
        }
        throw new AssertionError("nothing is said of publications: " + tested);
    }

    private static SigningKey key(Anvil anvil, Path file) throws Exception {
        InsecureKeyFile.make(file, KeyKind.SECP256K1);
        var key = InsecureKeyFile.open(file, KeyKind.SECP256K1);
        anvil.fund(EvmLedger.accountOf(key));
        return key;
    }

    /// As docs/formats.md §27 has it.
    private static void hasPublished(Path data, AnchorIdentity ledger) throws Exception {
        var reached = new CborWriter()
                .array(5)
                .integer(13)
                .integer(1_790_000_000_000L)
                .integer(1);
        ledger.write(reached);
        Files.createDirectories(data);
        try (var journal = LogParts.small(data, Publications.JOURNAL + "evm", PublicationRelay.MAX_ENTRY_SIZE_BYTES)) {
            var opened = new CborWriter()
                    .array(4)
                    .text("sealpost-published")
                    .integer(1)
                    .text("evm")
                    .bytes(new byte[Hash.SIZE]);
            for (var entry : List.of(opened, reached)) journal.append(entry.toBytes(), new byte[0]);
            journal.force();
        }
    }

    private static Path publishing(Path folder, URI chain) throws Exception {
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
                publish-to = ["evm"]
                [anchorage.evm]
                kind = "evm"
                urls = ["%s"]
                contract = "evm-contract"
                confirmations = 0
                account-key-file = "heads.pem"
                publish-account-key-file = "publish.pem"
                """.formatted(chain));
    }
}
