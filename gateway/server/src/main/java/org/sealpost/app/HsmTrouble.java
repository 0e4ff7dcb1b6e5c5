package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.PinRefused;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.ReturnCode;
import org.sealpost.hsm.TokenFailure;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.est.EstFailed;
import org.sealpost.journal.JournalFull;

/// Why a verb of [HsmCommand] or [AnchorCommand] did not do it, for people and for programs: docs/hsm.md lists
/// the reasons.
///
/// @param code what the module returned
record HsmTrouble(String cause, String remedy, String reason, Optional<ReturnCode> code, int exitCode) {
    /// Anything but what the token, a key, a PIN or a server says, by how the command ends because of it.
    private static final String USAGE = "USAGE";

    private static final String REFUSED = "REFUSED";
    private static final String RETRYABLE = TokenFailure.Reason.RETRYABLE.name();
    private static final String SETTINGS = "SETTINGS";
    private static final String BROKEN = "BROKEN";

    /// Empty for what only a developer understands.
    static Optional<HsmTrouble> of(Exception e) {
        return switch (e) {
            case TokenSetback it -> told(it, it.remedy(), it.state().passes() ? HsmCommand.LATER : HsmCommand.REFUSED);
            case QueueFull it -> told(it, "", HsmCommand.LATER);
            case KeyRefused it -> told(it, "", HsmCommand.REFUSED);
            case HsmRefusal it -> because(it, it.exitCode());
            case ModuleFailed it ->
                told(it, it.reason(), it.returnCode(), "", it.passes() ? HsmCommand.LATER : HsmCommand.REFUSED);
            case PinRefused it ->
                Optional.of(new HsmTrouble(
                        String.valueOf(it.getMessage()), "", REFUSED, it.returnCode(), HsmCommand.REFUSED));
            case HeadRefused it -> because(String.valueOf(it.getMessage()), it.remedy(), HsmCommand.REFUSED);
            case AnchorageSetback it -> because(String.valueOf(it.getMessage()), it.remedy(), HsmCommand.REFUSED);
            case HandOverWrong _ -> because(e, HsmCommand.REFUSED);
            case EstFailed _ -> because(e, HsmCommand.LATER);
            case StartRefused it -> because(it.problem(), it.remedy(), HsmCommand.SETTINGS);
            case ConfigRefused _, IllegalArgumentException _ -> because(e, HsmCommand.SETTINGS);
            case CertificateException _ ->
                because("a certificate cannot be used: " + e.getMessage(), "", HsmCommand.SETTINGS);
            case JournalFull _ -> ofStart(e);
            case UncheckedIOException _ -> because(e, HsmCommand.SETTINGS);
            case IOException it -> because("a file cannot be used: " + Refusal.words(it), "", HsmCommand.SETTINGS);
            case InterruptedException _ -> because("it was interrupted", "", HsmCommand.LATER);
            default -> ofStart(e);
        };
    }

    /// As a start of the gateway says it.
    private static Optional<HsmTrouble> ofStart(Exception e) {
        return Refusal.of(e).flatMap(it -> because(it.cause(), it.remedy(), it.exitCode()));
    }

    /// The command was not understood.
    static HsmTrouble usage(String sentence, String remedy) {
        return because(sentence, remedy, HsmCommand.USAGE).orElseThrow();
    }

    /// A fault of this program.
    static HsmTrouble bug(Exception e) {
        return new HsmTrouble(
                "a fault of this program: " + e,
                "report it, with the lines above",
                BROKEN,
                Optional.empty(),
                HsmCommand.BROKEN);
    }

    ObjectNode json() {
        var json = HsmOutput.object().put("error", cause).put("remedy", remedy).put("reason", reason);
        code.ifPresent(known -> {
            json.put("code", known.number());
            known.name().ifPresent(name -> json.put("code-name", name));
        });
        return json;
    }

    /// One sentence.
    String sentence() {
        return remedy.isEmpty() ? cause : cause + "; " + remedy;
    }

    private static Optional<HsmTrouble> told(TokenFailure failure, String remedy, int exitCode) {
        return told(failure, failure.reason(), failure.returnCode(), remedy, exitCode);
    }

    private static Optional<HsmTrouble> told(
            Exception failure, TokenFailure.Reason reason, Optional<ReturnCode> code, String remedy, int exitCode) {
        return Optional.of(new HsmTrouble(String.valueOf(failure.getMessage()), remedy, reason.name(), code, exitCode));
    }

    private static Optional<HsmTrouble> because(Exception e, int exitCode) {
        return because(String.valueOf(e.getMessage()), "", exitCode);
    }

    private static Optional<HsmTrouble> because(String cause, String remedy, int exitCode) {
        var reason = switch (exitCode) {
            case HsmCommand.REFUSED -> REFUSED;
            case HsmCommand.USAGE -> USAGE;
            case HsmCommand.LATER -> RETRYABLE;
            case HsmCommand.BROKEN -> BROKEN;
            default -> SETTINGS;
        };
        return Optional.of(new HsmTrouble(cause, remedy, reason, Optional.empty(), exitCode));
    }
}
