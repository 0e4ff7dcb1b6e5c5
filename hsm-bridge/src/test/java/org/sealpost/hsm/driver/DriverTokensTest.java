package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.ListedToken;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenDoctor;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.Tokens;

/// A technician looks at a token, and its library may crash over it.
@Timeout(1800)
class DriverTokensTest {
    @TempDir
    Path folder;

    private MoodyModule moody;
    private DriverTokens tokens;
    private final List<TokenDoctor.Finding> findings = new ArrayList<>();

    @BeforeEach
    void putAMoodyLibraryBeforeAToken() throws Exception {
        moody = MoodyModule.before(SoftHsm.create(folder).token("moody", 2), folder);
        tokens = new DriverTokens(new DriverOptions(moody.environment(), Driven.LONG));
    }

    @Test
    void tokensAreListedAsInThisProcess() {
        List<ListedToken> listed = tokens.list(moody.library(), Optional.empty(), Optional.empty());
        assertEquals(
                Tokens.list(SoftHsm.module().orElseThrow(), Optional.empty(), Optional.empty()).stream()
                        .map(ListedToken::serial)
                        .toList(),
                listed.stream().map(ListedToken::serial).toList());
        assertEquals("moody", listed.getFirst().label());
        assertEquals(ListedToken.Pin.SET, listed.getFirst().pin());
    }

    /// What whoever writes a profile has to know.
    @Test
    void aModuleShowsItselfAndItsMechanismsAsInThisProcess() {
        ListedModule shown = tokens.look(moody.library(), Optional.empty(), Optional.empty());
        assertEquals(Tokens.look(SoftHsm.module().orElseThrow(), Optional.empty(), Optional.empty()), shown);
        assertEquals("SoftHSM", shown.manufacturer());
        var ecdsa = shown.numbers().getFirst();
        assertEquals(new ListedModule.Numbers("ecdsa", 0x1040, 0x1041), ecdsa);
        assertTrue(shown.tokens().getFirst().mechanisms().contains(0x1041L), shown::toString);
        var named = tokens.look(moody.library(), Optional.empty(), Optional.of("nss"));
        assertTrue(named.profile().startsWith("NSS"), named.profile());
    }

    @Test
    void whatIsNoLibraryIsSaid() throws Exception {
        var none = assertThrows(
                IllegalArgumentException.class,
                () -> tokens.list(folder.resolve("none.so"), Optional.empty(), Optional.empty()));
        assertTrue(none.getMessage().contains("none.so"), none.getMessage());
    }

    @Test
    void aCrashInTheListIsASentence() throws Exception {
        moody.becomes("crash C_Initialize");
        var crashed = assertThrows(
                IllegalStateException.class, () -> tokens.list(moody.library(), Optional.empty(), Optional.empty()));
        assertTrue(crashed.getMessage().contains("ended by signal 11 (SIGSEGV)"), crashed.getMessage());
        assertFalse(examine(moody.config()));
        assertEquals(TokenDoctor.Step.LIBRARY, findings.getLast().step());
        assertTrue(findings.getLast().words().contains("ended by signal 11"), findings.toString());
    }

    @Test
    void theDoctorWalksToASignature() throws Exception {
        try (var open = tokens.open(moody.config())) {
            Driven.await(open, TokenHealth.State.READY);
            open.generate("seal", KeyKind.P256);
        }
        assertTrue(examine(moody.config()), findings::toString);
        assertEquals(TokenDoctor.Step.SELF_TEST, findings.getLast().step());

        findings.clear();
        moody.becomes("crash C_Sign");
        assertFalse(examine(moody.config()));
        assertTrue(findings.getLast().words().contains("ended by signal 11"), findings.toString());
    }

    @Test
    void anUnknownProfileIsNotBlamedOnTheLibrary() throws Exception {
        assertFalse(examine(moody.config().withProfile("lunar")));
        TokenDoctor.Finding finding = findings.getFirst();
        assertTrue(finding.words().contains("there is no profile \"lunar\""), finding.words());
        assertTrue(finding.remedy().contains("Correct the profile"), finding.remedy());
        assertEquals(1, findings.size());
    }

    private boolean examine(TokenConfig config) throws InterruptedException {
        return TokenDoctor.examine(config, tokens, findings::add);
    }
}
