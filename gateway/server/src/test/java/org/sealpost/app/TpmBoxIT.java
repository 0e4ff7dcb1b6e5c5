package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.capture.IntakeConfig;
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

    /// A TPM has no secp256k1. It says so with the way out, and that is one.
    @Test
    void anAccountOnAChainHasItsKeyInAFile() throws Exception {
        load.close();
        box.close();
        var refused =
                assertThrows(StartRefused.class, () -> TokenSetup.initialise(onChain(new AccountKey.InToken("evm"))));
        assertTrue(refused.remedy().contains("account-key-file"), refused.remedy());
        var file = folder.resolve("account.pem");
        var did = TokenSetup.initialise(onChain(new AccountKey.InFile(file)));
        assertEquals(1, did.size(), did::toString);
        assertTrue(Files.isRegularFile(file));
    }

    private GatewayConfig onChain(AccountKey account) {
        var node = new EvmConfig(
                List.of(URI.create("http://127.0.0.1:1")),
                OptionalInt.of(0),
                Duration.ofSeconds(1),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
        var contract = folder.resolve("evm-contract");
        return RunningGateway.with(
                config,
                "anchorages",
                List.of(new EvmSettings("evm", HeadPolicy.AT_ONCE, node, account, contract, Optional.empty())));
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
