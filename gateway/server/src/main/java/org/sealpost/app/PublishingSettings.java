package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.anchor.EncryptedContent;
import org.sealpost.anchor.PublicationConfig;
import org.sealpost.evidence.Certificates;

/// How publications come to an anchorage, whatever its kind: `publish-...` and `recipients-file` of its table.
///
/// @param perMinute  how many are signed in a minute
/// @param inFlight   how many are under way at a time
/// @param recipients who may read payloads, P-256; empty where none are named
record PublishingSettings(int perMinute, int inFlight, List<ECPublicKey> recipients) {
    static final List<String> KEYS = List.of("publish-per-minute", "publish-in-flight", "recipients-file");

    private static final int PER_MINUTE = 60;
    private static final int MOST_PER_MINUTE = 6000;
    private static final int IN_FLIGHT = 8;

    PublishingSettings {
        recipients = List.copyOf(recipients);
    }

    static PublishingSettings read(ConfigTable table, String full) {
        return new PublishingSettings(
                table.integer("publish-per-minute", PER_MINUTE, 1, MOST_PER_MINUTE),
                table.integer("publish-in-flight", IN_FLIGHT, 1, PublicationConfig.MOST_IN_FLIGHT),
                table.optionalPath("recipients-file")
                        .map(file -> recipients(file, full + ".recipients-file"))
                        .orElse(List.of()));
    }

    /// Of an anchorage to which nothing is published.
    ///
    /// @param why and what to do, behind the name of the key
    static void refuse(ConfigTable table, String full, String why) {
        for (var key : KEYS) {
            if (table.has(key)) throw new ConfigRefused(full + "." + key + why.formatted(key));
        }
    }

    /// X.509 certificates in PEM, one after the other. Who made them is for the owner to know; they name keys.
    static List<ECPublicKey> recipients(Path file, String key) {
        var recipients = new ArrayList<ECPublicKey>();
        try (var in = Files.newInputStream(file)) {
            for (var each : Certificates.readAll(in)) {
                var found = each.getPublicKey();
                if (!EncryptedContent.isRecipient(found)) {
                    throw new ConfigRefused(key + ": " + file + " has a certificate whose key is not on P-256");
                }
                recipients.add((ECPublicKey) found);
            }
        } catch (IOException e) {
            throw new ConfigRefused(key + " cannot be read: " + Refusal.words(e));
        } catch (CertificateException e) {
            throw new ConfigRefused(key + ": " + file + " is no file of X.509 certificates in PEM: " + e.getMessage());
        }
        if (recipients.isEmpty() || recipients.size() > EncryptedContent.MAX_RECIPIENTS) {
            throw new ConfigRefused(key + ": " + file + " has " + recipients.size() + " certificates, allowed are 1 to "
                    + EncryptedContent.MAX_RECIPIENTS);
        }
        return recipients;
    }
}
