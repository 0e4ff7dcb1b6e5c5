package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.evm.Address;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.hsm.FreePort;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;

/// A box whose chain no network reaches, and a courier whose machine reaches it: by the command line, over a
/// real node. Both have their keys in files, which proves nothing, and needs no HSM here.
@Timeout(300)
class AnchorCommandIT {
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    @TempDir
    private Path folder;

    private Anvil anvil;
    private int port;
    private byte[] contract;
    private Address payer;
    private Path box;
    private Path courier;
    private Path pin;

    @BeforeEach
    void twoMachines() throws Exception {
        anvil = Anvil.start();
        port = FreePort.any();
        courier = configured("courier", anvil.url(), "");
        pin = folder.resolve("courier/evm-contract");
        var settings = GatewayConfig.read(courier);
        TokenSetup.initialise(settings);
        try (var token = settings.token().open()) {
            var account = token.key(KeySpec.unpinned("evm", KeyKind.SECP256K1));
            payer = EvmLedger.accountOf(account);
            anvil.fund(payer);
            var deployed = EvmContract.deployOnce(settings.chains().getFirst().config(), account, pin);
            contract = HexFormat.of().parseHex(deployed.hex());
        }
        box = configured("box", NOWHERE, "[anchorage.local]\nkind = \"local\"\nmax-age = \"0s\"\nmin-pause = \"0s\"\n");
        TokenSetup.initialise(GatewayConfig.read(box));
    }

    @AfterEach
    void stop() {
        if (anvil != null) anvil.close();
    }

    private Path configured(String machine, URI chain, String more) throws IOException {
        var home = Files.createDirectories(folder.resolve(machine));
        Files.createDirectories(home.resolve("data"));
        return Files.writeString(home.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = %d
                [mqtt]
                port = 0
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                [anchorage.evm]
                kind = "evm"
                urls = ["%s"]
                contract = "evm-contract"
                confirmations = 0
                max-age = "0s"
                min-pause = "0s"
                %s""".formatted(port, chain, more));
    }

    private static Said anchor(String verb, Path config, Object... more) {
        var words = new ArrayList<>(List.of("anchor", verb, "--json", "--config", config.toString()));
        for (var word : more) words.add(word.toString());
        return Said.by(words);
    }

    private static long work(RunningGateway box, int records, String key) throws Exception {
        for (int i = 0; i < records; i++) box.record("{\"crane\":7}".getBytes(StandardCharsets.UTF_8), key + "-" + i);
        long size = box.size();
        Await.until("a checkpoint of " + size, () -> {
            var head = box.get("/log/head");
            return head.statusCode() == 200 && sizeOf(box) >= size;
        });
        return size;
    }

    private static long sizeOf(RunningGateway box) throws Exception {
        return Long.parseLong(
                RunningGateway.text(box.get("/log/checkpoint")).lines().toList().get(1));
    }

    @Test
    void aCourierLodgesWhatTheBoxCannotAndTheBoxFindsItThere() throws Exception {
        var first = folder.resolve("first.head");
        var second = folder.resolve("second.head");
        long firstSize;
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            work(running, 3, "first");
            firstSize =
                    anchor("export-head", box, first).done().required("size").asLong();
            work(running, 3, "second");
            Await.until(
                    "the relay says what is wrong",
                    () -> running.trouble("relay evm").isPresent());
            long after = firstSize;
            Await.until("a later head is final on the local ledger", () -> finalSize("local") > after);
            var listed = anchor("list", box).done();
            assertTrue(listed.required("asked").asBoolean(), listed::toString);
            var evm = of("evm", listed);
            assertFalse(evm.has("final"));
            assertFalse(evm.required("trouble").required("cause").asText().isBlank());
            assertTrue(evm.required("waiting").asLong() > firstSize);
            assertEquals("local", of("local", listed).required("kind").asText());

            var tested = anchor("test", box, "evm");
            assertEquals(1, tested.code(), tested::toString);
            assertTrue(tested.out().contains("copy this file from the box that deployed"), tested::toString);
        }

        // A courier's configuration names both, as every one does, and needs neither.
        Trees.delete(folder.resolve("courier/data"));
        assertFalse(Files.exists(folder.resolve("courier/clients")));
        var tested = anchor("test", courier, "evm").done();
        assertEquals(4, tested.required("checks").size(), tested::toString);
        assertTrue(tested.toString().contains("by this release's code"), tested::toString);
        assertTrue(tested.toString().contains(" wei"), "the account's balance is told: " + tested);

        assertEquals("lodged", outcome(lodge(first)));
        assertEquals("there", outcome(lodge(first)));
        assertEquals(List.of(firstSize), anvil.lodgedSizes(contract));

        anchor("export-head", box, second).done();
        // What the local ledger holds says nothing of what the chain does.
        var unproved = lodge(second).refused(1);
        assertTrue(unproved.contains("--from " + firstSize), unproved);
        var log = folder.resolve("box/data").toString();
        Said.by(List.of(
                        "anchor",
                        "export-head",
                        "--json",
                        "--data",
                        log,
                        "--from",
                        Long.toString(firstSize),
                        second.toString()))
                .done();
        assertEquals("lodged", outcome(lodge(second)));
        assertEquals("there", outcome(lodge(first)), "an earlier head stays");
        var read = Files.writeString(folder.resolve("read-by-a-phone"), shownToAPhone(firstSize) + "\n");
        assertEquals("there", outcome(lodge(read)));
        long secondSize =
                anchor("export-head", box, second).done().required("size").asLong();

        // The sealing key is handed over while the chain is out of reach: the file leads the contract to the next one.
        var silent = rotate().refused(HsmCommand.LATER);
        assertTrue(silent.contains("what evm holds of this log is not known"), silent);
        assertTrue(silent.contains("copy this file from the box that deployed"), silent);
        assertTrue(rotate("--unasked").well().err().contains("WARNING: what evm holds"));
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            work(running, 1, "rotated");
        }
        var third = folder.resolve("third.head");
        anchor("export-head", box, third, "--from", secondSize).done();
        assertEquals("lodged", outcome(lodge(third)));
        long lodgedSize = lodge(third).done().required("size").asLong();
        Trees.copy(folder.resolve("box/data"), folder.resolve("backup"));

        // The network is there again; but first its administrator says no, and then yes.
        Files.copy(pin, folder.resolve("box/evm-contract"));
        configured("box", anvil.url(), "[anchorage.local]\nkind = \"local\"\nmax-age = \"0s\"\nmin-pause = \"0s\"\n");
        anchor("park", box, "evm").done();
        anchor("park", box, "evm").done();
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            work(running, 1, "third");
            Await.until("the local ledger has it", () -> finalSize("local") > lodgedSize);
            var parked = of("evm", anchor("list", box).done());
            assertTrue(parked.required("parked").required("by").asText().contains("at the command line"));
            assertFalse(parked.has("final") || parked.has("trouble"), parked::toString);
            assertEquals(200, running.get("/readyz").statusCode());
            var unpark = anchor("unpark", box, "evm").refused(78);
            assertTrue(unpark.contains("it has no owner") && unpark.contains("stop it, give the order"), unpark);
            var resubmit = anchor("resubmit", box, "evm").refused(78);
            assertTrue(resubmit.contains("restart it: it asks") && resubmit.contains("leave it running"), resubmit);
        }
        assertEquals(3, anvil.lodgedSizes(contract).size(), "nothing was sent");
        anchor("unpark", box, "evm").done();
        anchor("resubmit", box, "evm").done();
        try (var _ = RunningGateway.start(GatewayConfig.read(box))) {
            Await.until("what the courier brought is final for the box", () -> finalSize("evm") >= lodgedSize);
            var of = anchor("status", box, "evm", "--index", "1").done();
            assertEquals("final", of("evm", of).required("state").asText(), of::toString);
            assertTrue(of("evm", of).required("identity").asText().startsWith("evm chain"), of::toString);
            assertTrue(of("evm", of).required("trustLine").asText().startsWith("chain evm "), of::toString);
            assertTrue(of("evm", of).required("originId").asText().matches("[0-9a-f]{64}"), of::toString);
        }
        assertTrue(anchor("status", box, "--index", "100000").refused(1).contains("is not sealed"));

        var newest = folder.resolve("newest.head");
        anchor("export-head", box, newest, "--from", lodgedSize).done();
        assertEquals("lodged", outcome(lodge(newest)));
        Trees.delete(folder.resolve("box/data"));
        Trees.copy(folder.resolve("backup"), folder.resolve("box/data"));
        var restored = anchor("test", box, "evm");
        assertEquals(1, restored.code(), restored::toString);
        assertTrue(restored.out().contains("this data directory is an older copy"), restored::toString);
        assertTrue(anchor("register-origin", box, "evm").refused(1).contains("succeed --reason restored"));
        assertNoRotation("this data directory is an older copy");
        assertNoRotation("this data directory is an older copy", "--unasked");

        // It goes on where no ledger tells it, and has more than the ledger by then.
        configured("box", NOWHERE, "");
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            work(running, 60, "beside");
        }
        assertTrue(rotate().refused(HsmCommand.LATER).contains("--unasked"));
        configured("box", anvil.url(), "");
        assertNoRotation("it holds another root for");
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            Await.until(
                    "its relay knows",
                    () -> running.trouble("relay evm")
                            .filter(part -> part.required("cause").asText().contains("not of this log's history"))
                            .isPresent());
        }
        configured("box", NOWHERE, "");
        assertNoRotation("and does not say otherwise now", "--unasked");
    }

    /// A hand-over there would begin a second history.
    private void assertNoRotation(String why, String... more) throws Exception {
        long size = entries();
        var refused = rotate(more).refused(HsmCommand.REFUSED);
        assertTrue(refused.contains(why), refused);
        assertTrue(refused.contains("succeed --reason restored, or two-histories"), refused);
        assertEquals(size, entries());
    }

    private long entries() throws IOException {
        try (var log = StoppedLog.open(GatewayConfig.read(box))) {
            return log.entries().size();
        }
    }

    private Said rotate(String... more) throws IOException {
        String inForce;
        try (var log = StoppedLog.open(GatewayConfig.read(box))) {
            inForce = log.keys().identity().keys().last().thumbprint().hex();
        }
        var words =
                new ArrayList<>(List.of("hsm", "rotate", "--json", "--config", box.toString(), "--confirm", inForce));
        words.addAll(List.of(more));
        return Said.by(words);
    }

    /// From the picture, which a phone would read; what it holds is what the file does.
    private String shownToAPhone(long from) throws Exception {
        var picture = folder.resolve("second.svg");
        var shown = anchor("export-head", box, "--qr", "--from", from, picture).done();
        assertTrue(Files.readString(picture).startsWith("<svg"), "a picture by itself");
        assertEquals(
                2,
                anchor("export-head", box, "--qr", folder.resolve("second.png")).code());
        assertEquals(2, anchor("export-head", box).code(), "a file or a code");
        return shown.required("text").asText();
    }

    private long finalSize(String name) throws IOException {
        return of(name, anchor("list", box).done()).path("final").path("size").asLong();
    }

    private static HeadFile ofOneEntryMore(HeadFile file) {
        var head = file.head();
        var larger = new Head(head.origin(), head.size() + 1, head.root());
        var checkpoint = new Checkpoint(larger, file.checkpoint().signatures());
        return new HeadFile(checkpoint, file.genesis(), file.genesisPath(), file.handOvers(), file.proofs());
    }

    private Said lodge(Path file, String... more) {
        var words = new ArrayList<Object>(List.of(file, "--to", "evm"));
        words.addAll(List.of(more));
        return anchor("lodge", courier, words.toArray());
    }

    private static String outcome(Said said) throws IOException {
        return said.done().required("outcome").asText();
    }

    private static JsonNode of(String name, JsonNode listed) {
        for (var one : listed.required("anchorages"))
            if (one.required("name").asText().equals(name)) return one;
        throw new AssertionError(name + " is not in " + listed);
    }

    /// docs/ledgers.md, step by step.
    @Test
    void aBoxIsAdmittedAsTheGuideSays() throws Exception {
        box = configured("new-box", anvil.url(), "");
        TokenSetup.initialise(GatewayConfig.read(box));
        var before = anchor("test", box, "evm");
        assertEquals(1, before.code(), before::toString);
        var account = before.out().replaceFirst("(?s).*see that account (0x[0-9a-f]{40}) can pay.*", "$1");
        assertTrue(anchor("deploy", box, "evm").refused(1).contains("account " + account), "it cannot pay");
        anvil.fund(Address.parse(account));
        assertEquals(
                account, anchor("deploy", box, "evm").done().required("account").asText());
        var deployed = Files.readString(folder.resolve("new-box/evm-contract"));
        anchor("deploy", box, "evm").done();
        assertEquals(deployed, Files.readString(folder.resolve("new-box/evm-contract")), "never a second one");
        assertTrue(anchor("test", box, "evm").well().out().contains("not tried, since this machine has no log"));
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            Await.until("the first head is final", () -> finalSize("evm") > 0);
            var tested = anchor("test", box, "evm").done();
            assertEquals(4, tested.required("checks").size(), tested::toString);
            assertTrue(tested.toString().contains("it holds this very head; "), tested::toString);
            assertTrue(tested.toString().contains("nothing was sent"), tested::toString);

            long index = running.record("{\"crane\":7}".getBytes(StandardCharsets.UTF_8), "first");
            Await.until("its head is final", () -> finalSize("evm") > index);
            var listed = of("evm", anchor("list", box).done());
            assertEquals(0, listed.path("trouble").size());
            var evidence = folder.resolve("first.evidence");
            Files.write(evidence, running.awaitEvidence(index));
            var trust = Files.createDirectory(folder.resolve("trust"));
            var words = new ArrayList<>(List.of("verify", evidence.toString(), "--trust", trust.toString()));
            var stranger = Said.by(words);
            assertEquals(3, stranger.code(), stranger::toString);
            Files.writeString(
                    trust.resolve("box.trust"),
                    stranger.trustLines() + listed.required("trustLine").asText() + "\n");
            var handedOut = running.trustFile().lines().toList();
            assertTrue(handedOut.contains(listed.required("trustLine").asText()), handedOut::toString);
            words.addAll(List.of("--node", anvil.url().toString()));
            Await.until("a reader's node confirms it", () -> {
                Files.write(evidence, running.awaitEvidence(index));
                var said = Said.by(words).well().out();
                return said.contains("anchored in block ") && said.contains("by the code that is known to make it");
            });

            var registered = anchor("register-origin", box, "evm");
            assertTrue(List.of("there", "lodged").contains(outcome(registered)));
            assertTrue(registered.err().contains("a list of accounts that may send, 0x"), registered::err);
        }
        // A reader is told that something is missing, and its relay is not blamed for it.
        Files.writeString(folder.resolve("new-box/evm-contract"), "Dear ledger");
        var unread = of("evm", anchor("list", box).done());
        var comment = unread.required("trustLine").asText();
        assertTrue(comment.startsWith("# chain evm ") && comment.contains("evm-contract cannot be read"), comment);
        assertTrue(unread.has("final") && !unread.has("trouble"), unread::toString);
    }

    @Test
    void whatCannotBeLodgedIsRefusedInASentenceBeforeAnythingIsSent() throws Exception {
        var file = folder.resolve("port.head");
        String origin;
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            work(running, 2, "first");
            origin = anchor("export-head", box, file).done().required("origin").asText();
            var held = Said.by(List.of(
                    "anchor",
                    "export-head",
                    "--json",
                    "--data",
                    folder.resolve("box/data").toString(),
                    folder.resolve("no.head").toString()));
            assertTrue(held.refused(78).contains("a gateway runs on"), held::toString);
        }
        var bytes = Files.readAllBytes(file);
        assertTrue(Said.by(List.of("inspect", "--json", file.toString())).out().contains("\"standing\":\"whole\""));

        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertTrue(lodge(file).refused(2).contains("cut off or altered"));
        Files.writeString(file, "Dear ledger");
        assertTrue(lodge(file).refused(2).contains("no head file"));
        assertTrue(lodge(folder.resolve("not-there")).refused(2).contains("cannot be read"));

        Files.write(file, ofOneEntryMore(HeadFile.parse(bytes)).toBytes());
        assertTrue(lodge(file).refused(1).contains("not signed by the log's key"));
        assertTrue(Said.by(List.of("inspect", "--json", file.toString())).out().contains("\"standing\":\"damaged\""));

        Files.write(file, bytes);
        assertTrue(lodge(file, "--origin", "another/log").refused(1).contains("is of origin " + origin));
        assertTrue(anchor("lodge", courier, file, "--to", "fabric").refused(78).contains("it has evm"));
        configured("courier", NOWHERE, "");
        assertTrue(lodge(file).refused(1).contains("nothing was sent"));
        assertEquals(List.of(), anvil.lodgedSizes(contract), "nothing was sent");

        configured("courier", anvil.url(), "");
        anvil.empty(payer);
        var poor = lodge(file).refused(1);
        assertTrue(poor.contains(payer + " holds 0 wei"), poor);
        anvil.fund(payer);
        var code = anvil.replaceCode(contract, "0x60006000fd");
        var foreign = lodge(file).refused(1);
        assertTrue(foreign.contains("has code") && foreign.contains("the Sealpost contract of this release"), foreign);
        anvil.replaceCode(contract, code);
        assertEquals(List.of(), anvil.lodgedSizes(contract), "nothing was sent");

        // A chain that was made anew.
        Files.writeString(pin, Files.readString(pin).replaceFirst("contract [0-9a-f]{6}", "contract 000000"));
        assertTrue(lodge(file).refused(1).contains("has no contract at"));
        Files.delete(pin);
        assertTrue(lodge(file).refused(78).contains("copy this file from the box"));
        assertEquals(List.of(), anvil.lodgedSizes(contract), "nothing was deployed or sent");
    }

    /// Of a courier whose account is in a file the token is never opened: this one has none.
    @Test
    void anAccountWhoseKeyIsInAFileNeedsNoToken() throws Exception {
        var file = folder.resolve("port.head");
        try (var running = RunningGateway.start(GatewayConfig.read(box))) {
            work(running, 2, "first");
            anchor("export-head", box, file).done();
        }
        var pinned = Files.readString(pin);
        Files.writeString(
                configured("courier", anvil.url(), "account-key-file = \"evm.pem\"\n"),
                Files.readString(courier).replace("folder = \"keys\"", "folder = \"no-keys\""));
        var none = lodge(file).refused(1);
        assertTrue(none.contains("there is no key file") && none.contains("token init"), none);
        assertEquals(List.of(), anvil.lodgedSizes(contract), "nothing was sent");

        var key = folder.resolve("courier/evm.pem");
        InsecureKeyFile.make(key, KeyKind.SECP256K1);
        anvil.fund(EvmLedger.accountOf(InsecureKeyFile.open(key, KeyKind.SECP256K1)));
        var lodged = lodge(file);
        assertEquals("lodged", outcome(lodged));
        assertTrue(lodged.err().contains("WARNING: account key in a file, " + key), lodged::toString);
        assertFalse(Files.exists(folder.resolve("courier/no-keys")), "no token was made");
        assertEquals(pinned, Files.readString(pin), "and no contract");
        assertEquals(1, anvil.lodgedSizes(contract).size());
    }
}
