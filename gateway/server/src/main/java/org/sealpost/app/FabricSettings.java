package org.sealpost.app;

import java.time.Duration;
import java.util.List;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.fabric.FabricConfig;

/// An `[anchorage.NAME]` table of kind `fabric`: the chaincode on a channel of Hyperledger Fabric.
///
/// @param identityKey CKA_LABEL of the identity's P-256 key in the token
record FabricSettings(String name, HeadPolicy policy, FabricConfig config, String identityKey)
        implements AnchorageSettings {
    static final String KIND = "fabric";
    static final List<String> KEYS = List.of(
            "peers", "ca-file", "channel", "chaincode", "msp", "identity-key", "identity-certificate", "deadline");

    private static final String CHAINCODE = "sealpost";
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    static FabricSettings read(ConfigTable table, String name, String full) {
        var peers = table.optionalTexts("peers").orElseThrow(() -> new ConfigRefused(full + ".peers is missing"));
        var file = table.path("ca-file");
        var channel = table.text("channel");
        var chaincode = table.optionalText("chaincode").orElse(CHAINCODE);
        var msp = table.text("msp");
        var certificate = table.path("identity-certificate");
        var deadline = table.duration("deadline", DEADLINE);
        return new FabricSettings(
                name,
                AnchorageSettings.policy(table, full),
                TokenSettings.refusing(() -> new FabricConfig(
                        peers.stream().map(FabricConfig.Peer::of).toList(),
                        AnchorageSettings.certificates(file, full + ".ca-file"),
                        channel,
                        chaincode,
                        msp,
                        certificate,
                        deadline)),
                table.optionalText("identity-key").orElse(name));
    }

    /// The relay's.
    @Override
    public int journals() {
        return 1;
    }
}
