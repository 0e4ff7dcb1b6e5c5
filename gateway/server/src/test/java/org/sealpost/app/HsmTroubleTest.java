package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.PinRefused;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.ReturnCode;
import org.sealpost.hsm.TokenFailure;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

class HsmTroubleTest {
    @Test
    void aTokensFailureKeepsItsReasonAndItsCode() throws Exception {
        var gone = HsmTrouble.of(TokenSetback.told(
                        "box",
                        TokenHealth.State.RECOVERING,
                        "gone",
                        "Wait.",
                        TokenFailure.Reason.TOKEN_ABSENT,
                        Optional.of(new ReturnCode(0x32))))
                .orElseThrow();
        assertEquals(HsmCommand.LATER, gone.exitCode());
        assertEquals(
                "{\"error\":\"token \\\"box\\\" is RECOVERING: gone\",\"remedy\":\"Wait.\",\"reason\":\"TOKEN_ABSENT\","
                        + "\"code\":\"0x32\",\"code-name\":\"CKR_DEVICE_REMOVED\"}",
                gone.json().toString());
        var vendors = HsmTrouble.of(KeyRefused.told(
                        "seal",
                        "CKM_ECDSA",
                        "no",
                        TokenFailure.Reason.UNSUPPORTED_MECHANISM,
                        Optional.of(new ReturnCode(0x80000001L))))
                .orElseThrow();
        assertEquals(HsmCommand.REFUSED, vendors.exitCode());
        assertEquals("0x80000001", vendors.json().get("code").asText());
        assertFalse(vendors.json().has("code-name"));
    }

    /// A token's health has no other place for it.
    @Test
    void aCodeThatStandsInTheWordsIsFoundThere() {
        var blocked = HsmTrouble.of(new TokenSetback(
                        "box",
                        TokenHealth.State.PIN_BLOCKED,
                        "C_Login returned 0xA0 CKR_PIN_INCORRECT",
                        "Another PIN."))
                .orElseThrow();
        assertEquals(HsmCommand.REFUSED, blocked.exitCode());
        assertEquals("PIN_BLOCKED", blocked.reason());
        assertEquals("CKR_PIN_INCORRECT", blocked.json().get("code-name").asText());
        var none = HsmTrouble.of(new QueueFull("box", 4)).orElseThrow();
        assertEquals("RETRYABLE", none.reason());
        assertFalse(none.json().has("code"));
    }

    @Test
    void whateverElseFailsHasAReasonByItsExitCode() {
        is(HsmCommand.REFUSED, "REFUSED", new PinRefused("kept"));
        is(HsmCommand.LATER, "RETRYABLE", new HsmRefusal("later", HsmCommand.LATER));
        is(HsmCommand.USAGE, "USAGE", HsmTarget.usage("--label is missing"));
        is(HsmCommand.SETTINGS, "SETTINGS", new ConfigRefused("no"));
        is(HsmCommand.SETTINGS, "SETTINGS", new StartRefused("no", "do"));
        is(HsmCommand.SETTINGS, "SETTINGS", new CertificateException("no"));
        is(HsmCommand.SETTINGS, "SETTINGS", new NoSuchFileException("pin"));
        is(HsmCommand.SETTINGS, "SETTINGS", new UncheckedIOException(new NoSuchFileException("pin")));
        is(HsmCommand.BROKEN, "BROKEN", new HeadsLost("local", 2, 1));
    }

    @Test
    void aFaultOfThisProgramIsNoSetting() throws Exception {
        for (Exception fault : new Exception[] {new IllegalStateException("nobody thought of it"), new Exception()}) {
            assertTrue(HsmTrouble.of(fault).isEmpty());
            var error = System.err;
            var said = new ByteArrayOutputStream();
            try {
                System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
                assertEquals(70, new HsmOutput().run(() -> {
                            throw fault;
                        }));
            } finally {
                System.setErr(error);
            }
            var words = said.toString(StandardCharsets.UTF_8);
            assertTrue(words.contains("a fault of this program"), words);
            assertTrue(words.contains("HsmTroubleTest.java"), "its place: " + words);
        }
    }

    private static void is(int exitCode, String reason, Exception e) {
        var trouble = HsmTrouble.of(e).orElseThrow();
        assertEquals(exitCode, trouble.exitCode());
        assertEquals(reason, trouble.reason());
    }
}
