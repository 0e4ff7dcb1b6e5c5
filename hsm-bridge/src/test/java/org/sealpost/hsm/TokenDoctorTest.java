package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class TokenDoctorTest {
    @TempDir
    Path folder;

    private SoftHsm hsm;
    private TokenConfig config;
    private final List<TokenDoctor.Finding> findings = new ArrayList<>();

    @BeforeEach
    void tokenWithAKeyOfOurs() throws Exception {
        hsm = SoftHsm.create(folder);
        config = hsm.token("box", 1);
        try (var token = Tokens.open(config)) {
            token.generate("seal", KeyKind.P256);
        }
    }

    /// One that somebody else keeps there, and that we would never use.
    @Test
    void aForeignKeyIsNoTroubleOnceTheKeysThatAreMeantAreNamed() throws Exception {
        Workbench.loggedIn(config, session -> Workbench.makePair(session, "foreign", new byte[] {7}, true, true));
        assertFalse(examine());
        assertEquals(TokenDoctor.Meaning.AMISS, findings.getLast().meaning());
        assertTrue(findings.getLast().words().contains("CKA_EXTRACTABLE"), findings.toString());
        assertTrue(findings.getLast().remedy().contains("hsm doctor KEY"), findings.toString());
        assertTrue(examine("seal"), findings::toString);
        assertFalse(examine("seal", "foreign"));
    }

    @Test
    void aKeyThatIsMeantAndNotThereIsSaid() throws Exception {
        assertTrue(examine());
        assertFalse(examine("seal", "other"));
        assertEquals(TokenDoctor.Step.KEYS, findings.getLast().step());
        assertTrue(findings.getLast().words().contains("no key \"other\""), findings.toString());
    }

    @Test
    void aTokenThatIsNotThereIsAway() throws Exception {
        hsm.withdraw();
        assertFalse(examine("seal"));
        assertEquals(TokenDoctor.Step.TOKEN, findings.getLast().step());
        assertEquals(TokenDoctor.Meaning.AWAY, findings.getLast().meaning());
    }

    private boolean examine(String... meant) throws InterruptedException {
        findings.clear();
        return TokenDoctor.examine(config, TokenDoctor.INSIDE, List.of(meant), findings::add);
    }
}
