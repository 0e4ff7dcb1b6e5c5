package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.ReturnCode;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenCeremony.EmptyToken;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenFailure.Reason;

/// An empty SoftHSM2 token is prepared in a driver process.
@Timeout(1800)
class RemoteCeremonyTest {
    @TempDir
    Path folder;

    private Path officer;
    private MoodyModule moody;
    private DriverOptions options;

    @BeforeEach
    void anEmptyStore() throws Exception {
        SoftHsm.create(folder);
        var module = SoftHsm.module().orElseThrow();
        moody = MoodyModule.before(
                new TokenConfig(module, "new", Optional.empty(), Optional.empty(), folder.resolve("pin"), 1), folder);
        options = DriverOptions.DEFAULT.withEnvironment(moody.environment());
        officer = folder.resolve("officer");
        Files.createFile(officer, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(officer, "12345678\n");
    }

    @Test
    void anEmptyTokenIsReadyToBeOpened() throws Exception {
        String serial = prepare(options);
        assertFalse(serial.isBlank());
        try (var token = RemoteToken.open(moody.config(), options)) {
            Driven.assertSigns(token.generate("seal", KeyKind.P256));
            assertTrue(token.description().contains(serial), token.description());
        }
    }

    @Test
    void aTokenThatIsReadyIsLeftAsItIs() throws Exception {
        prepare(options);
        var there = assertThrows(IllegalStateException.class, () -> prepare(options));
        assertTrue(there.getMessage().contains("is there already"), there.getMessage());
        Files.delete(moody.config().pinFile());
        assertThrows(TokenCeremony.AlreadyInitialised.class, () -> prepare(options));
        assertFalse(Files.exists(folder.resolve("pin.new")));
    }

    @Test
    void aCrashIsASentenceAndTheNextRunGoesOn() throws Exception {
        moody.becomes("crash C_Login");
        var crashed = assertThrows(ModuleFailed.class, () -> prepare(options));
        assertEquals(Reason.RETRYABLE, crashed.reason());
        assertTrue(crashed.passes());
        assertTrue(
                crashed.getMessage().startsWith("the driver process ended by signal 11 (SIGSEGV) in [libmoody.so+0x"),
                crashed.getMessage());
        moody.heals();
        prepare(options);
        assertTrue(Files.exists(moody.config().pinFile()));
    }

    @Test
    void aHangIsEnded() throws Exception {
        moody.becomes("hang C_Initialize");
        var hung = assertThrows(ModuleFailed.class, () -> prepare(options.withPatience(Duration.ofMillis(200))));
        assertEquals(Reason.TIMEOUT, hung.reason());
        assertEquals("the driver process does not come back, and is killed", hung.getMessage());
    }

    /// Number, name and meaning cross the border as they are, and are not read out of words.
    @Test
    void whatTheLibraryReturnsComesThroughAsItIs() throws Exception {
        var shim = FaultShim.beforeSoftHsm();
        try {
            for (var each : Map.of(
                            Function.INITIALIZE, new Told(0x5, Reason.RETRYABLE),
                            Function.GET_SLOT_LIST, new Told(0x30, Reason.RETRYABLE),
                            Function.OPEN_SESSION, new Told(0xE0, Reason.TOKEN_ABSENT),
                            Function.INIT_PIN, new Told(0x54, Reason.UNSUPPORTED_MECHANISM),
                            Function.LOGIN, new Told(0xA4, Reason.PIN_BLOCKED))
                    .entrySet()) {
                Function function = each.getKey();
                shim.on(function).returns(each.getValue().code(), 1);
                var environment = new HashMap<>(SoftHsm.environment());
                environment.putAll(shim.environment());
                Path pin =
                        Files.createDirectory(folder.resolve(function.name())).resolve("pin");
                var config =
                        new TokenConfig(shim.library(), function.name(), Optional.empty(), Optional.empty(), pin, 1);
                var failed = assertThrows(
                        ModuleFailed.class,
                        () -> RemoteCeremony.initToken(config, EmptyToken.ONLY, options.withEnvironment(environment)),
                        function::name);
                assertEquals(each.getValue().reason(), failed.reason(), failed::toString);
                assertEquals(
                        Optional.of(new ReturnCode(each.getValue().code())), failed.returnCode(), failed::toString);
                shim.on(function).heal();
            }
        } finally {
            shim.heal();
        }
    }

    private record Told(long code, Reason reason) {}

    @Test
    void whatIsNoLibraryOrNoPinIsSaid() throws Exception {
        var none = new TokenConfig(
                folder.resolve("none.so"), "new", Optional.empty(), Optional.empty(), folder.resolve("pin"), 1);
        assertThrows(IllegalArgumentException.class, () -> RemoteCeremony.initToken(none, EmptyToken.ONLY, options));
        Files.delete(officer);
        var missing = assertThrows(IllegalStateException.class, () -> prepare(options));
        assertEquals("there is no PIN file " + officer, missing.getMessage());
    }

    private String prepare(DriverOptions how) {
        return RemoteCeremony.initToken(
                moody.config(), new EmptyToken(Optional.of(officer), OptionalLong.empty()), how);
    }
}
