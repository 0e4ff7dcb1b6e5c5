package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.FaultShim.Fault;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenCeremony.EmptyToken;
import org.sealpost.hsm.TokenConfig;

/// A library that breaks while it has the security officer's PIN, before a token that may count a wrong one in
/// silence: a token whose officer's PIN is locked is lost, so it must not be given a third time.
@Timeout(1800)
class UnansweredCeremonyTest {
    @TempDir
    Path folder;

    private FaultShim shim;
    private TokenConfig config;
    private DriverOptions options;
    private Path officer;

    @BeforeEach
    void putALibraryThatBreaksBeforeAnEmptyToken() throws Exception {
        SoftHsm.create(folder);
        shim = FaultShim.beforeSoftHsm();
        config = new TokenConfig(shim.library(), "box", Optional.empty(), Optional.empty(), folder.resolve("pin"), 1);
        var environment = new HashMap<>(SoftHsm.environment());
        environment.putAll(shim.environment());
        options = DriverOptions.DEFAULT.withEnvironment(environment);
        officer = folder.resolve("officer");
        Files.createFile(officer, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(officer, "officer-1\n");
    }

    @AfterEach
    void heal() {
        shim.heal();
        shim.nobodyIsInside();
    }

    @Test
    void anOfficersPinIsGivenTwiceByALibraryThatCrashesInItsFirstUse() throws Exception {
        assertGivenTwice(Function.INIT_TOKEN);
    }

    @Test
    void anOfficersPinIsGivenTwiceByALibraryThatCrashesInTheLogin() throws Exception {
        assertGivenTwice(Function.LOGIN);
    }

    private void assertGivenTwice(Function function) throws Exception {
        for (int run = 0; run < 4; run++) {
            shim.on(function).crashesAtOnce();
            String words = refusal();
            String expected = run < 2 ? "ended by signal" : "have ended without a word of it";
            assertTrue(words.contains(expected), run + ": " + words);
            assertFalse(words.contains("officer-1"), words);
        }
        assertEquals(2, shim.on(function).calls());
        shim.on(function).heal();
        assertTrue(refusal().contains("have ended without a word of it"));
        assertEquals(0, shim.on(function).calls());
        assertFalse(Files.readString(folder.resolve("pin.officer.odd")).contains("officer-1"));

        Files.delete(folder.resolve("pin.officer.odd"));
        assertReady();
    }

    /// It is another that the token is given then.
    @Test
    void anotherOfficersPinIsTried() throws Exception {
        for (int run = 0; run < 3; run++) {
            shim.on(Function.INIT_TOKEN).crashesAtOnce();
            refusal();
        }
        shim.on(Function.INIT_TOKEN).heal();
        Files.writeString(officer, "officer-2\n");
        assertReady();
    }

    /// A token that has gone, or will not do it at all, has counted nothing.
    @Test
    void whatSaysNothingOfThePinIsNotCounted() throws Exception {
        for (long code : new long[] {0xE0, 0x32, 0x54, 0xE2}) {
            shim.on(Function.INIT_TOKEN).returns(code, 1);
            refusal();
        }
        for (int i = 0; i < 3; i++) {
            shim.on(Function.LOGIN).returns(0xE0, 1);
            refusal();
        }
        assertReady();
    }

    @Test
    void anOddRefusalIsCounted() {
        shim.on(Function.INIT_TOKEN).returns(0x5, Fault.ALWAYS);
        for (int run = 0; run < 4; run++) {
            refusal();
        }
        assertEquals(2, shim.on(Function.INIT_TOKEN).calls());
    }

    private void assertReady() throws Exception {
        prepare();
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of("pin", "pin.lock"),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.startsWith("pin"))
                            .sorted()
                            .toList());
        }
    }

    private String refusal() {
        return String.valueOf(
                assertThrows(IllegalStateException.class, this::prepare).getMessage());
    }

    private String prepare() {
        return RemoteCeremony.initToken(config, new EmptyToken(Optional.of(officer), OptionalLong.empty()), options);
    }
}
