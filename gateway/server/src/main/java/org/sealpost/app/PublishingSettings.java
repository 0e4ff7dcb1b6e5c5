package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.EncryptedContent;
import org.sealpost.anchor.PublicationConfig;
import org.sealpost.anchor.evm.EvmContract;

/// How publications come to an anchorage: `publish-...` and `recipients-file` of its table.
///
/// @param accountKey of the account that pays for them, on secp256k1, another one than that of heads
/// @param contract   where the address of the contract for publications is pinned, beside that for heads; made at
///     the first start
/// @param perMinute  how many are signed in a minute
/// @param inFlight   how many are under way at a time
/// @param recipients who may read payloads, P-256; empty where none are named
record PublishingSettings(
        AccountKey accountKey, Path contract, int perMinute, int inFlight, List<ECPublicKey> recipients) {
    private static final String ACCOUNT = "publish-account-key";
    private static final String ACCOUNT_FILE = "publish-account-key-file";
    static final List<String> KEYS =
            List.of(ACCOUNT, ACCOUNT_FILE, "publish-per-minute", "publish-in-flight", "recipients-file");

    private static final int PER_MINUTE = 60;
    private static final int MOST_PER_MINUTE = 6000;
    private static final int IN_FLIGHT = 8;

    PublishingSettings {
        recipients = List.copyOf(recipients);
    }

    /// @param accountKey of the heads
    /// @param contract   where that for heads is pinned
    /// @return empty where nothing is published
    static Optional<PublishingSettings> read(ConfigTable table, String full, AccountKey accountKey, Path contract) {
        var said = AccountKey.read(table, full, ACCOUNT, ACCOUNT_FILE);
        if (said.isEmpty()) {
            for (var key : KEYS) {
                if (!table.has(key)) continue;
                throw new ConfigRefused(full + "." + key + " is there, and neither " + full + "." + ACCOUNT + " nor "
                        + ACCOUNT_FILE + " is, so nothing is published there: add one, or leave " + key + " out");
            }
            return Optional.empty();
        }
        var own = said.get();
        if (own.equals(accountKey)) {
            throw new ConfigRefused(full + ": publications have the " + own + " of heads, and need"
                    + " an account of their own, so that they and heads never wait for each other; name another key");
        }
        return Optional.of(new PublishingSettings(
                own,
                EvmContract.publicationsPin(contract),
                table.integer("publish-per-minute", PER_MINUTE, 1, MOST_PER_MINUTE),
                table.integer("publish-in-flight", IN_FLIGHT, 1, PublicationConfig.MOST_IN_FLIGHT),
                table.optionalPath("recipients-file")
                        .map(file -> recipients(file, full + ".recipients-file"))
                        .orElse(List.of())));
    }

    /// X.509 certificates in PEM, one after the other. Who made them is for the owner to know; they name keys.
    static List<ECPublicKey> recipients(Path file, String key) {
        var recipients = new ArrayList<ECPublicKey>();
        try (var in = Files.newInputStream(file)) {
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                var found = ((X509Certificate) each).getPublicKey();
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
