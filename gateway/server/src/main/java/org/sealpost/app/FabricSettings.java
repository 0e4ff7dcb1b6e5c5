package org.sealpost.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.fabric.FabricConfig;

/// An `[anchorage.NAME]` table of kind `fabric`: the chaincode on a channel of Hyperledger Fabric.
///
/// @param peers       each once
/// @param repeated    those of them that stand there more than once
/// @param authorities file with the CAs of the peers' TLS certificates, PEM
/// @param certificate file with the identity's certificate, PEM
/// @param identityKey CKA_LABEL of the identity's P-256 key in the token; it brings heads and publications
/// @param publishing  how publications come there, where any do
/// @param collection  of private data, into which payloads for recipients go; empty: they go into the transactions
record FabricSettings(
        String name,
        HeadPolicy policy,
        List<FabricConfig.Peer> peers,
        List<FabricConfig.Peer> repeated,
        Path authorities,
        String channel,
        String chaincode,
        String msp,
        Path certificate,
        Duration deadline,
        String identityKey,
        Optional<PublishingSettings> publishing,
        Optional<String> collection)
        implements AnchorageSettings {
    static final String KIND = "fabric";
    static final String COLLECTION = "collection";
    static final List<String> KEYS = Stream.concat(
                    Stream.of(
                            "peers",
                            "ca-file",
                            "channel",
                            "chaincode",
                            "msp",
                            "identity-key",
                            "identity-certificate",
                            "deadline",
                            COLLECTION),
                    PublishingSettings.KEYS.stream())
            .toList();

    static final String REMEDY = "name each peer once, and best three, so that one may be away";

    private static final Pattern COLLECTION_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final String CHAINCODE = "sealpost";
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    FabricSettings {
        peers = List.copyOf(peers);
        repeated = List.copyOf(repeated);
        FabricConfig.requireGood(peers, channel, chaincode, msp, deadline);
    }

    /// @param isPublishedTo whether a profile names it in `publish-to`, which is all that has publications come there
    static FabricSettings read(ConfigTable table, String name, String full, boolean isPublishedTo) {
        var peers = table.optionalTexts("peers").orElseThrow(() -> new ConfigRefused(full + ".peers is missing"));
        var authorities = table.path("ca-file");
        var channel = table.text("channel");
        var chaincode = table.optionalText("chaincode").orElse(CHAINCODE);
        var msp = table.text("msp");
        var certificate = table.path("identity-certificate");
        var deadline = table.duration("deadline", DEADLINE);
        var policy = AnchorageSettings.policy(table, full);
        var identityKey = table.optionalText("identity-key").orElse(name);
        var publishing = publishing(table, full, isPublishedTo);
        var collection = table.optionalText(COLLECTION);
        if (collection
                .filter(named -> !COLLECTION_NAME.matcher(named).matches())
                .isPresent()) {
            throw new ConfigRefused(full + "." + COLLECTION + " is \"" + collection.get()
                    + "\", expected 1 to 64 letters, digits, _ or -");
        }
        return TokenSettings.refusing(() -> {
            var named = peers.stream().map(FabricConfig.Peer::of).toList();
            return new FabricSettings(
                    name,
                    policy,
                    named.stream().distinct().toList(),
                    repeated(named),
                    authorities,
                    channel,
                    chaincode,
                    msp,
                    certificate,
                    deadline,
                    identityKey,
                    publishing,
                    collection);
        });
    }

    private static List<FabricConfig.Peer> repeated(List<FabricConfig.Peer> named) {
        return named.stream()
                .filter(peer -> Collections.frequency(named, peer) > 1)
                .distinct()
                .toList();
    }

    /// Said wherever the anchorage is used, and no refusal: an earlier release took such a file, and an update must not
    /// stop a box.
    Optional<String> warning() {
        if (repeated.isEmpty()) return Optional.empty();
        var twice = repeated.stream().map(FabricConfig.Peer::toString).collect(Collectors.joining(", "));
        return Optional.of("anchorage." + name + ".peers has " + twice + " more than once, which counts once: "
                + (peers.size() == 1
                        ? "what is final there is so by the word of this peer alone"
                        : "no peer confirms its own word"));
    }

    /// With the CAs of the peers as they are in their file now. A box makes its keys, and asks for its certificate,
    /// before it has that file.
    ///
    /// @throws AnchorageSetback if the file is missing, or bad
    FabricConfig config() throws AnchorageSetback {
        try {
            var trusted = AnchorageSettings.certificates(authorities, "anchorage." + name + ".ca-file");
            return new FabricConfig(peers, trusted, channel, chaincode, msp, certificate, deadline);
        } catch (ConfigRefused | IllegalArgumentException e) {
            throw new AnchorageSetback(
                    String.valueOf(e.getMessage()),
                    "put the CAs of the peers' TLS certificates into " + authorities + "; it is read again by itself",
                    e);
        }
    }

    private static Optional<PublishingSettings> publishing(ConfigTable table, String full, boolean isPublishedTo) {
        if (isPublishedTo) return Optional.of(PublishingSettings.read(table, full));
        PublishingSettings.refuse(
                table,
                full,
                " is there, and no profile is published there: add publish and publish-to to a [profile.NAME], or leave"
                        + " %s out");
        return Optional.empty();
    }

    /// The relay's, and that of publications.
    @Override
    public int journals() {
        return publishing.isPresent() ? 2 : 1;
    }
}
