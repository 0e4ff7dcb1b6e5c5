package org.sealpost.anchor.fabric;

import org.sealpost.anchor.AnchorageSetback;

/// Whether the chaincode follows the rules of this release. Any thread.
final class ChaincodeRules {
    /// What the chaincode of this release says of itself (docs/formats.md §25).
    static final String RULES = "2";

    private final FabricConfig config;
    private final Channel channel;

    // Under 0; holds until it is forgotten.
    private final HeldAnswers<Boolean> follows = new HeldAnswers<>();

    ChaincodeRules(FabricConfig config, Channel channel) {
        this.config = config;
        this.channel = channel;
    }

    /// As it was said since the last [#forget]; it is asked where nobody has asked since.
    void requireHeld() throws PeerFailed, AnchorageSetback {
        follows.of(0, () -> {
            require();
            return true;
        });
    }

    /// What follows other rules may take a request and hold it otherwise, so nothing is signed for it.
    void require() throws AnchorageSetback, PeerFailed {
        var found = channel.version();
        if (found.equals(RULES)) return;
        throw new AnchorageSetback(
                "chaincode " + config.chaincode() + " follows rules \"" + found + "\", and this release knows " + RULES,
                "have the channel's administrators commit the chaincode of this release; nothing is sent to another"
                        + " one");
    }

    void forget() {
        follows.forget();
    }
}
