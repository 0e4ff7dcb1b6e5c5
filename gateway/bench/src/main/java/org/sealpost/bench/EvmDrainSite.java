package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.Token;

/// Four validators with a block a second, where relay and bare client have an account each.
final class EvmDrainSite implements DrainSite {
    private static final String RELAY_ACCOUNT = "evm";
    private static final String BARE_ACCOUNT = "bare";

    private final Consortium chain;

    private EvmDrainSite(Consortium chain) {
        this.chain = chain;
    }

    static EvmDrainSite up(Path scripts, Path folder) throws IOException, InterruptedException {
        return new EvmDrainSite(Consortium.up(scripts, folder));
    }

    @Override
    public String settings() {
        var settings = chain.settings();
        return settings + settings.replace("evm]", BARE_ACCOUNT + ']').replace("evm-contract", "bare-contract");
    }

    @Override
    public void admit(SealpostGateway gateway) {
        chain.admit(gateway);
    }

    @Override
    public Contenders contenders(Token token, Load load, Path folder)
            throws IOException, InterruptedException, AnchorageSetback {
        var config = new EvmConfig(
                List.of(chain.node()),
                OptionalInt.of(0),
                Duration.ofSeconds(10),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
        var seal = token.key(KeySpec.unpinned("seal", KeyKind.P256));
        var relays = token.key(KeySpec.unpinned(RELAY_ACCOUNT, KeyKind.SECP256K1));
        var bares = token.key(KeySpec.unpinned(BARE_ACCOUNT, KeyKind.SECP256K1));
        var heads = EvmContract.deployOnce(config, bares, folder.resolve("contract"));
        var contract = EvmContract.deployPublicationsOnce(
                config, bares, heads, folder.resolve("contract-publications"), Optional.empty());
        var relay = RelayDrain.open(
                folder.resolve("relay"), load, seal, EvmPublications.open(config, heads, contract, relays));
        var bare = new BareClient(
                chain,
                load,
                seal,
                EvmPublications.open(config, heads, contract, bares),
                EvmLedger.accountOf(bares).toString());
        try (var anchorage = EvmLedger.open(config, heads, bares)) {
            FirstHead.lodge(anchorage, relay.origin(), seal);
            FirstHead.lodge(anchorage, bare.origin(), seal);
        }
        return new Contenders(relay, bare);
    }

    @Override
    public long height() throws IOException, InterruptedException {
        return chain.height();
    }

    @Override
    public void close() {
        chain.close();
    }
}
