package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.CertificateFile;
import org.sealpost.hsm.ListedKey;

/// Keys and certificates as [HsmCommand] shows them.
final class HsmWords {
    private HsmWords() {}

    /// SHA-256 of a public key (SubjectPublicKeyInfo), in hex.
    static String fingerprint(byte[] spki) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(spki));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    static ObjectNode json(ListedKey key) {
        var json = HsmOutput.object()
                .put("name", key.name())
                .put("id", HexFormat.of().formatHex(key.id()))
                .put("private", key.hasPrivate());
        var kinds = json.putArray("kinds");
        key.kinds().forEach(kind -> kinds.add(kind.name()));
        key.spki()
                .ifPresent(spki -> json.put("fingerprint", fingerprint(spki))
                        .put("public-key", Base64.getEncoder().encodeToString(spki)));
        key.flags().sensitive().ifPresent(flag -> json.put("sensitive", flag));
        key.flags().extractable().ifPresent(flag -> json.put("extractable", flag));
        key.flags().local().ifPresent(flag -> json.put("local", flag));
        var certificates = json.putArray("certificates");
        for (var der : key.certificates()) {
            certificates.add(HsmOutput.object()
                    .put(
                            "subject",
                            parsed(der)
                                    .map(c -> c.getSubjectX500Principal().getName())
                                    .orElse(""))
                    .put(
                            "until",
                            parsed(der)
                                    .map(c -> c.getNotAfter().toInstant().toString())
                                    .orElse(""))
                    .put("der", Base64.getEncoder().encodeToString(der)));
        }
        return json;
    }

    static List<String> lines(ListedKey key) {
        var lines = new ArrayList<String>();
        var kinds = key.kinds().isEmpty() ? "of no kind that we know" : String.join(" or ", kinds(key));
        lines.add("\"" + key.name() + "\", " + kinds + (key.hasPrivate() ? "" : ", public key only"));
        lines.add("  id           "
                + (key.id().length == 0 ? "none" : HexFormat.of().formatHex(key.id())));
        lines.add("  public key   "
                + key.spki().map(spki -> "SHA-256 " + fingerprint(spki)).orElse("cannot be told"));
        if (key.hasPrivate()) {
            lines.add("  private key  "
                    + flag(key.flags().sensitive(), "sensitive", "NOT SENSITIVE", "not said whether sensitive") + ", "
                    + flag(key.flags().extractable(), "EXTRACTABLE", "not extractable", "not said whether extractable")
                    + ", "
                    + flag(key.flags().local(), "made in this token", "NOT MADE HERE", "not said where it was made"));
        }
        for (var der : key.certificates()) {
            lines.add("  certificate  " + parsed(der).map(HsmWords::sentence).orElse("that cannot be read"));
        }
        return lines;
    }

    static String sentence(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName() + ", by "
                + certificate.getIssuerX500Principal().getName() + ", until "
                + certificate.getNotAfter().toInstant();
    }

    /// All certificates of a PEM file, or the one of a DER file.
    static List<X509Certificate> certificates(byte[] file, String name) {
        try {
            return CertificateFile.read(file);
        } catch (CertificateException e) {
            throw new IllegalArgumentException(name + " is no certificate in PEM or DER: " + e.getMessage(), e);
        }
    }

    static String pem(String kind, byte[] der) {
        var base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + kind + "-----\n" + base64.encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    private static List<String> kinds(ListedKey key) {
        return key.kinds().stream().map(Enum::name).toList();
    }

    private static String flag(Optional<Boolean> flag, String yes, String no, String unsaid) {
        return flag.map(is -> is ? yes : no).orElse(unsaid);
    }

    private static Optional<X509Certificate> parsed(byte[] der) {
        try {
            return Optional.of(certificates(der, "it").getFirst());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
