package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.TpmToken;

/// A whole box whose token is a TPM. Records are taken while the chip hangs, while it is off, and while another
/// is in its place; what can be sealed is sealed when it is back, without anybody's doing.
@Timeout(300)
class TpmBoxIT {
    @TempDir
    private Path folder;

    private TpmToken tpm;
    private GatewayConfig config;
    private RunningGateway box;
    private Load load;

    @BeforeEach
    void start() throws Exception {
        tpm = TpmToken.create(folder.resolve("tpm"));
        var token = new TokenSettings(
                tpm.config("box", folder.resolve("pin")),
                TokenSettings.Driver.INSIDE,
                "seal",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        config = RunningGateway.config(folder, token, IntakeConfig.defaults(), Optional.empty());
        TokenSetup.initialise(config);
        box = RunningGateway.start(config);
        load = Load.start(box);
    }

    @AfterEach
    void stop() throws Exception {
        if (tpm != null) tpm.proceed();
        if (load != null) load.close();
        if (box != null) box.close();
        if (tpm != null) tpm.close();
    }

    @Test
    void nothingIsLostWhileTheChipHangsAndWhileItIsOff() throws Exception {
        load.awaitProgress();
        awaitCaughtUp();

        tpm.stop();
        awaitTrouble("UNRESPONSIVE");
        long sealed = box.sealedSize();
        load.awaitProgress();
        assertEquals(sealed, box.sealedSize(), "nobody can have sealed this");
        tpm.proceed();
        awaitCaughtUp();

        tpm.pullOut();
        awaitTrouble("ABSENT");
        load.awaitProgress();
        tpm.plugIn();
        awaitCaughtUp();

        load.stopAndFindAll();
    }

    @Test
    void aChipThatIsNotTheStoresIsNamedAndNothingIsSigned() throws Exception {
        load.awaitProgress();
        awaitCaughtUp();
        tpm.becomeAnotherChip();
        awaitTrouble("FOREIGN_STORE");
        long sealed = box.sealedSize();
        load.awaitProgress();
        assertEquals(sealed, box.sealedSize(), "nobody can have sealed this");
        assertTrue(box.size() > sealed);
    }

    /// The disk was put into another box, or copied into one: nothing is taken there, since nothing could be
    /// sealed.
    @Test
    void aBoxDoesNotStartOnTheStoreOfAnotherChip() throws Exception {
        load.awaitProgress();
        load.close();
        box.close();
        var before = newestFile();
        tpm.becomeAnotherChip();
        var refused = assertThrows(StartRefused.class, () -> RunningGateway.start(config));
        assertTrue(refused.getMessage().contains("made by another chip"), refused.getMessage());
        assertTrue(refused.remedy().contains("its own box"), refused.remedy());
        assertEquals(before, newestFile(), "nothing was written");
    }

    /// A TPM has no secp256k1. It says so with the way out, and by that the box anchors what the chip sealed.
    @Test
    void anAccountOnAChainHasItsKeyInAFile() throws Exception {
        load.close();
        box.close();
        try (var anvil = Anvil.start()) {
            var token = onChain(anvil, new AccountKey.InToken("evm"));
            var refused = assertThrows(StartRefused.class, () -> TokenSetup.initialise(token));
            assertTrue(refused.remedy().contains("account-key-file"), refused.remedy());
            var key = new AccountKey.InFile(folder.resolve("account.pem"));
            var chain = onChain(anvil, key);
            var did = TokenSetup.initialise(chain);
            assertEquals(1, did.size(), did::toString);
            anvil.fund(EvmLedger.accountOf(ChainAccounts.inFile(key)));

            box = RunningGateway.start(chain);
            long index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            Await.until(
                    "it is final",
                    () -> RunningGateway.text(box.get("/v1/records/" + index)).contains("\"final\""));
            var proved = RunningGateway.verify(box.awaitEvidence(index), box.trust(), AnchorCheck.OFFLINE);
            var evm = proved.evidence().heads().stream()
                    .flatMap(head -> head.anchors().stream())
                    .map(anchor -> (AnchorIdentity.Evm) anchor.identity())
                    .findFirst()
                    .orElseThrow();
            var sizes = anvil.lodgedSizes(evm.contract());
            assertTrue(sizes.getLast() > index, sizes::toString);
        }
    }

    private GatewayConfig onChain(Anvil anvil, AccountKey account) {
        var contract = folder.resolve("evm-contract");
        var evm = new EvmSettings("evm", HeadPolicy.AT_ONCE, anvil.config(0), account, contract, Optional.empty());
        return RunningGateway.with(config, "anchorages", List.of(evm));
    }

    private FileTime newestFile() throws IOException {
        try (Stream<Path> files = Files.walk(config.data())) {
            var newest = FileTime.fromMillis(0);
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var time = Files.getLastModifiedTime(file);
                if (time.compareTo(newest) > 0) newest = time;
            }
            return newest;
        }
    }

    private void awaitCaughtUp() throws Exception {
        long size = box.size();
        Await.until(size + " entries are sealed", () -> box.sealedSize() >= size);
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
    }

    private void awaitTrouble(String state) throws Exception {
        Await.until(
                "the token is " + state,
                () -> box.trouble("token")
                        .map(part -> part.required("cause").asText().startsWith(state + ": "))
                        .orElse(false));
        assertEquals(503, box.get("/readyz").statusCode());
    }
}
