package org.sealpost.ota.rauc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The installer against the machine's own RAUC.
class RaucInstallerIT {
    @TempDir
    static Path folder;

    private static PrivateRauc rauc;
    private static SystemBus bus;
    private static RaucInstaller installer;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(PrivateRauc.isHere(), "rauc, dbus-daemon, openssl and mksquashfs are needed");
        rauc = PrivateRauc.start(folder);
        bus = new SystemBus(rauc.bus());
        installer = new RaucInstaller(bus);
    }

    @AfterAll
    static void end() throws Exception {
        if (bus != null) bus.close();
        if (rauc != null) rauc.close();
    }

    @Test
    void aBundleSaysWhatItIsForAndWhichVersion() throws Exception {
        var bundle = rauc.bundle("sealpost-amd64", "1.1.0");
        assertEquals(new Installer.Manifest("sealpost-amd64", "1.1.0"), installer.inspect(bundle));
    }

    @Test
    void aBundleWithoutAGoodSignatureIsRefused() throws Exception {
        var bundle = rauc.bundle("sealpost-amd64", "1.2.0");
        var bytes = Files.readAllBytes(bundle);
        // The last bytes but the length are the signature's.
        bytes[bytes.length - 100] ^= 1;
        Files.write(bundle, bytes);
        assertThrows(Installer.Refused.class, () -> installer.inspect(bundle));
        var nothing = Files.write(folder.resolve("nothing.raucb"), new byte[5_000]);
        assertThrows(Installer.Refused.class, () -> installer.inspect(nothing));
        assertThrows(Installer.Refused.class, () -> installer.inspect(folder.resolve("absent.raucb")));
    }

    @Test
    void theSlotThatIsBootedNextIsKnown() throws Exception {
        assertEquals(Optional.of("A"), installer.primary());
    }

    @Test
    void aSlotLosesItsTriesUnlessTheBootLoaderWillNot() throws Exception {
        installer.markBad("B");
        assertTrue(rauc.bootCalls().contains("set-state B bad"));
        var refused = assertThrows(Installer.Refused.class, () -> installer.markBad("A"));
        assertTrue(refused.getMessage().contains("rootfs.0"), refused.getMessage());
        assertThrows(IOException.class, () -> installer.markBad("C"));
    }

    @Test
    void anInstallationThatFailsSaysWhyAndLeavesTheBootedSlot() throws Exception {
        assumeFalse(Files.exists(Path.of("/dev/mapper/control")), "with a device mapper it would not fail");
        var bundle = rauc.bundle("sealpost-amd64", "1.3.0");
        var before = Files.readAllBytes(folder.resolve("slot-A"));
        var refused = assertThrows(
                Installer.Refused.class,
                () -> installer.install(bundle, percent -> {
                    assertTrue(percent >= 0 && percent <= 100);
                }));
        assertFalse(refused.getMessage().isBlank());
        assertTrue(refused.getMessage().contains("bundle"), refused.getMessage());
        assertTrue(java.util.Arrays.equals(before, Files.readAllBytes(folder.resolve("slot-A"))));
        assertFalse(rauc.bootCalls().contains("set-primary B"));
    }

    @Test
    void aBundleForAnotherBoardIsNotInstalled() throws Exception {
        var bundle = rauc.bundle("sealpost-arm64", "1.1.0");
        assertEquals("sealpost-arm64", installer.inspect(bundle).compatible());
        assertThrows(Installer.Refused.class, () -> installer.install(bundle, _ -> {}));
        assertFalse(rauc.bootCalls().contains("set-primary B"));
    }

    /// As after the agent was started anew while RAUC writes a slot.
    @Test
    void aRaucThatIsAtAnInstallationIsASetback(@TempDir Path other) throws Exception {
        try (var second = PrivateRauc.start(other);
                var itsBus = new SystemBus(second.bus());
                var newBus = new SystemBus(second.bus())) {
            var bundle = second.bundle("sealpost-amd64", "1.1.0");
            var endless = second.endlessBundle();
            var first = CompletableFuture.supplyAsync(() -> outcome(new RaucInstaller(itsBus), endless));
            var busy = new RaucInstaller(newBus);
            PrivateRauc.until(() -> !busy.isIdle());
            assertThrows(IOException.class, () -> busy.inspect(bundle));
            assertThrows(IOException.class, () -> busy.install(bundle, _ -> {}));
            assertThrows(IOException.class, () -> busy.markBad("B"));
            // Somebody else's word is not RAUC's.
            newBus.connection().sendMessage(new RaucBus.Completed("/", 0));
            // The one that waits loses its connection, and with it the signal.
            itsBus.connection().disconnect();
            Files.write(endless, new byte[0]);
            assertInstanceOf(IOException.class, first.get(2, TimeUnit.MINUTES));
            PrivateRauc.until(busy::isIdle);
            assertEquals("1.1.0", busy.inspect(bundle).version());
        }
    }

    private static Exception outcome(RaucInstaller installer, Path bundle) {
        try {
            installer.install(bundle, _ -> {});
            return new IllegalStateException("an endless bundle was installed");
        } catch (IOException | Installer.Refused e) {
            return e;
        }
    }

    @Test
    void aRaucThatIsNotThereIsASetback(@TempDir Path other) throws Exception {
        try (var second = PrivateRauc.start(other);
                var itsBus = new SystemBus(second.bus())) {
            var gone = new RaucInstaller(itsBus);
            assertEquals(Optional.of("A"), gone.primary());
            second.endService();
            assertThrows(IOException.class, gone::primary);
            assertThrows(IOException.class, () -> gone.inspect(folder.resolve("absent.raucb")));
            assertThrows(IOException.class, () -> new SystemdUnits(itsBus).of("sealpost.service"));
            second.close();
            assertThrows(IOException.class, gone::primary);
        }
    }
}
