package org.sealpost.control;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;

/// What the log gets of an act (docs/formats.md §13): what happened, when, by whom, and no secret. It depends
/// on the act alone, so that a second copy has the same content.
final class ActCopy {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ActCopy() {}

    static byte[] of(long position, Act act) {
        // None of the values needs quoting: their patterns leave no room for it.
        var more = switch (act) {
            case Act.ClaimRefused _ -> "";
            case Act.Claimed claimed -> ",\"client\":\"" + claimed.client() + "\"";
            case Act.CertificateAccepted accepted ->
                accepted.certificates().stream()
                        .map(der -> "\"" + sha256(der) + "\"")
                        .collect(Collectors.joining(",", ",\"certificates\":[", "]"));
            case Act.SensorsSet set ->
                ",\"documentSha256\":\"" + sha256(set.document().getBytes(StandardCharsets.UTF_8)) + "\"";
            case Act.AnchorageOrdered ordered ->
                ",\"anchorage\":\"" + ordered.anchorage() + "\",\"order\":\""
                        + ordered.order().word() + "\""
                        + (ordered.number().isPresent()
                                ? ",\"number\":" + ordered.number().getAsLong()
                                : "");
            case Act.Copied _, Act.UpdateCopied _ ->
                throw new IllegalArgumentException("that an act was copied is not copied itself");
        };
        var clock = act.stamp().clock();
        var text =
                "{\"position\":" + position + ",\"act\":\"" + name(act) + "\",\"at\":\"" + MILLIS.format(clock.time())
                        + "\",\"clock\":\"" + clock.state().name().toLowerCase(Locale.ROOT) + "\",\"by\":\""
                        + act.stamp().by() + "\"" + more + "}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String name(Act act) {
        return switch (act) {
            case Act.ClaimRefused _ -> "claim-refused";
            case Act.Claimed _ -> "claimed";
            case Act.CertificateAccepted _ -> "certificate-accepted";
            case Act.Copied _ -> "copied";
            case Act.SensorsSet _ -> "sensors-set";
            case Act.UpdateCopied _ -> "update-copied";
            case Act.AnchorageOrdered _ -> "anchorage-ordered";
        };
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
