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
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.ModuleFailed;
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

    @Test
    void aCodeIsNeverReadOutOfWords() {
        var words = "C_Login returned 0xA0 CKR_PIN_INCORRECT";
        for (var without : new Exception[] {
            new TokenSetback("box", TokenHealth.State.PIN_BLOCKED, words, "Another PIN."),
            new PinRefused(words),
            new HsmRefusal(words, HsmCommand.REFUSED)
        }) assertFalse(HsmTrouble.of(without).orElseThrow().json().has("code"), without::toString);
        var none = HsmTrouble.of(new QueueFull("box", 4)).orElseThrow();
        assertEquals("RETRYABLE", none.reason());
        assertFalse(none.json().has("code"));
    }

    @Test
    void aTokensHealthAChangeOfPinAndALibraryTellTheirCode() {
        var code = Optional.of(new ReturnCode(0xA0));
        var health = new TokenHealth(
                TokenHealth.State.PIN_BLOCKED,
                "it is wrong",
                "Another PIN.",
                Instant.EPOCH,
                0,
                Optional.of(TokenFailure.Reason.PIN_BLOCKED),
                code);
        var module = new ModuleFailed("it is wrong", TokenFailure.Reason.PIN_BLOCKED, code);
        for (var failed : new Exception[] {health.setback("box"), new PinRefused("it is wrong", code), module}) {
            var trouble = HsmTrouble.of(failed).orElseThrow();
            assertEquals(HsmCommand.REFUSED, trouble.exitCode(), failed::toString);
            assertEquals("0xA0", trouble.json().get("code").asText());
            assertEquals("CKR_PIN_INCORRECT", trouble.json().get("code-name").asText());
        }
        assertEquals("PIN_BLOCKED", HsmTrouble.of(module).orElseThrow().reason());
        var hangs = new ModuleFailed("it hangs", TokenFailure.Reason.TIMEOUT, Optional.empty());
        is(HsmCommand.LATER, "TIMEOUT", hangs);
        is(HsmCommand.LATER, "RETRYABLE", new ModuleFailed("crash", TokenFailure.Reason.RETRYABLE, Optional.empty()));
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
