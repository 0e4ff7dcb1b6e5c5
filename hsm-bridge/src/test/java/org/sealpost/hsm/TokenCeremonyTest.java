package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.hsm.TokenCeremony.EmptyToken;

/// An empty SoftHSM2 token is prepared with PINs in files; the officer's is tried as seldom as the user's.
class TokenCeremonyTest {
    @TempDir
    Path folder;

    private TokenConfig config;
    private Path officer;
    private Faults faults;

    @BeforeEach
    void anEmptyStore() throws Exception {
        SoftHsm.create(folder);
        Path module = SoftHsm.module().orElseThrow();
        config = new TokenConfig(module, "box", Optional.empty(), Optional.empty(), folder.resolve("pin"), 1);
        officer = folder.resolve("officer");
        SoftHsm.write(officer, "officer-1\n");
        faults = new Faults(module);
    }

    @AfterEach
    void close() throws Exception {
        faults.close();
    }

    @Test
    void anEmptyTokenGetsAPinAndIsOpenedWithIt() throws Exception {
        String serial = prepare();
        assertReady();
        assertTrue(serial.equals(Workbench.label(config).serial()), serial);
        assertEquals(20, Files.size(config.pinFile()));
    }

    /// Corrected or not, no wrong one is tried a second time.
    @ParameterizedTest
    @ValueSource(longs = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0x1B8, 0x1C3})
    void anOfficersPinThatIsRefusedIsNotTriedAgainAndMayBeCorrected(long code) throws Exception {
        faults.initTokens().next(code);
        assertTrue(refusal(given()).contains("refuses the security officer's PIN"));
        assertFalse(Files.exists(folder.resolve("pin.new")));
        assertFalse(Files.exists(folder.resolve("pin.officer.new")));
        for (int i = 0; i < 3; i++) {
            assertTrue(refusal(given()).contains("not tried again"));
        }
        // Nor is a random one tried in its place.
        assertTrue(refusal(EmptyToken.ONLY).contains("--so-pin-file"));
        assertEquals(1, faults.initTokens().calls());
        assertFalse(Files.exists(folder.resolve("pin.officer.new")));

        SoftHsm.write(officer, "officer-2\n");
        prepare(given());
        assertEquals(2, faults.initTokens().calls());
        assertReady();
        Workbench.with(config, session -> session.login(Cryptoki.SECURITY_OFFICER, bytes("officer-2")));
    }

    /// A box without a technician, started again and again.
    @Test
    void whereARandomOfficersPinIsRefusedNoOtherIsTried() throws Exception {
        faults.initTokens().next(0xA0);
        assertTrue(refusal(EmptyToken.ONLY).contains("--so-pin-file"));
        for (int i = 0; i < 3; i++) {
            assertTrue(refusal(EmptyToken.ONLY).contains("--so-pin-file"));
        }
        assertEquals(1, faults.initTokens().calls());
        prepare(given());
        assertReady();
    }

    @Test
    void anInterruptedRunIsEndedWithTheSamePins() throws Exception {
        faults.initPins().next(0x30);
        refusal(EmptyToken.ONLY);
        String kept = Files.readString(folder.resolve("pin.new"));
        prepare();
        assertEquals(kept, Files.readString(config.pinFile()));
        assertEquals(1, faults.initTokens().calls());
        assertReady();
    }

    /// What the first run set counts, also if it is refused for a reason of the token's own, and if another is
    /// given.
    @ParameterizedTest
    @ValueSource(longs = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4})
    void theOnlyCopyOfTheOfficersPinIsKept(long code) throws Exception {
        faults.initPins().next(0x30);
        refusal(EmptyToken.ONLY);
        String kept = Files.readString(folder.resolve("pin.officer.new"));
        faults.logins().next(code);
        int logins = faults.logins().calls();
        refusal(EmptyToken.ONLY);
        refusal(EmptyToken.ONLY);
        assertEquals(logins + 1, faults.logins().calls());
        assertEquals(kept, Files.readString(folder.resolve("pin.officer.new")));
        Files.delete(folder.resolve("pin.officer.blocked"));
        prepare(given());
        assertReady();
    }

    @Test
    void aLowCountOfTheOfficersPinIsLeftToAPerson() throws Exception {
        faults.initPins().next(0x30);
        refusal(EmptyToken.ONLY);
        assertThrows(
                CryptokiError.class,
                () -> Workbench.with(config, session -> session.login(Cryptoki.SECURITY_OFFICER, bytes("somebody"))));
        assertTrue(Workbench.label(config).isOfficersCountLow());
        int logins = faults.logins().calls();
        assertTrue(refusal(EmptyToken.ONLY).contains("somebody else has tried"));
        assertEquals(logins, faults.logins().calls());
        byte[] right = Files.readAllBytes(folder.resolve("pin.officer.new"));
        Workbench.with(config, session -> session.login(Cryptoki.SECURITY_OFFICER, right));
        prepare();
        assertReady();
    }

    @Test
    void aTokenThatSomebodyElseBeganIsNotTriedWithAPinOfOurs() throws Exception {
        faults.initPins().next(0x30);
        assertThrows(
                IllegalStateException.class,
                () -> TokenCeremony.initToken(
                        config.module(), Optional.empty(), "box", bytes("officer-1"), bytes("their-pin")));
        int logins = faults.logins().calls();
        assertTrue(refusal(EmptyToken.ONLY).contains("is not known here"));
        assertEquals(logins, faults.logins().calls());
        prepare(given());
        assertReady();
    }

    @Test
    void aTokenWithAUserPinIsLeftAsItIs() throws Exception {
        TokenCeremony.initToken(config.module(), Optional.empty(), "box", bytes("officer-1"), bytes("their-pin"));
        int logins = faults.logins().calls();
        assertThrows(TokenCeremony.AlreadyInitialised.class, this::prepare);
        assertEquals(logins, faults.logins().calls());
        assertFalse(Files.exists(folder.resolve("pin.new")));
        assertFalse(Files.exists(config.pinFile()));
        SoftHsm.write(config.pinFile(), "their-pin");
        assertTrue(refusal(EmptyToken.ONLY).contains("is there already"));
    }

    /// Cut off between the token's last answer and the name of the PIN file.
    @Test
    void aTokenThatIsReadyGetsItsPinFile() throws Exception {
        prepare();
        Files.move(config.pinFile(), folder.resolve("pin.new"));
        SoftHsm.write(folder.resolve("pin.officer.new"), "officer");
        prepare();
        assertReady();
    }

    @Test
    void aKeptPinThatTheTokenDoesNotTakeIsReplaced() throws Exception {
        SoftHsm.write(folder.resolve("pin.officer.new"), "officer-1");
        SoftHsm.write(folder.resolve("pin.new"), "abc");
        prepare();
        assertEquals(20, Files.size(config.pinFile()));
        assertReady();
    }

    @Test
    void onlyTheTokenThatIsMeantIsInitialised() throws Exception {
        long slot = Tokens.list(config.module(), Optional.empty(), Optional.empty())
                .getFirst()
                .slot();
        var other = new TokenConfig(config.module(), "box", Optional.of("0123"), Optional.empty(), config.pinFile(), 1);
        var refused = assertThrows(IllegalStateException.class, () -> TokenCeremony.initToken(other, given()));
        assertTrue(refused.getMessage().contains("no empty token of serial \"0123\""), refused.getMessage());
        assertTrue(refusal(inSlot(slot + 1)).contains("no empty token in slot " + (slot + 1)));
        assertEquals(0, faults.initTokens().calls());
        prepare(inSlot(slot));
        assertReady();
    }

    @Test
    void whileAnotherPreparesItNobodyElseDoes() throws Exception {
        try (var _ = new PinFolder(config.pinFile()).lock().orElseThrow()) {
            var busy = assertThrows(ModuleFailed.class, this::prepare);
            assertTrue(String.valueOf(busy.getMessage()).contains("another process"), busy::toString);
            assertTrue(busy.passes());
        }
        assertEquals(0, faults.initTokens().calls());
    }

    private String prepare() {
        return prepare(EmptyToken.ONLY);
    }

    private String prepare(EmptyToken wanted) {
        return TokenCeremony.initToken(config, wanted);
    }

    private String refusal(EmptyToken wanted) {
        return String.valueOf(
                assertThrows(IllegalStateException.class, () -> prepare(wanted)).getMessage());
    }

    private EmptyToken given() {
        return new EmptyToken(Optional.of(officer), OptionalLong.empty());
    }

    private EmptyToken inSlot(long slot) {
        return new EmptyToken(Optional.of(officer), OptionalLong.of(slot));
    }

    private void assertReady() throws Exception {
        for (String ending : new String[] {".new", ".officer.new", ".officer.blocked", ".blocked"}) {
            assertFalse(Files.exists(folder.resolve("pin" + ending)), ending);
        }
        try (Token token = Tokens.open(config)) {
            assertTrue(token.settle(Duration.ofMinutes(2)).isReady(), token.health()::toString);
            token.generate("seal", KeyKind.P256);
        }
    }

    private static byte[] bytes(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }
}
