package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.fabric.FabricConfig;
import org.sealpost.anchor.fabric.FabricLedger;
import org.sealpost.anchor.fabric.FabricPublications;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.Token;
import org.sealpost.record.Origin;

/// Four orderers and two organisations, of the first of which relay and bare client are a member each.
final class FabricDrainSite implements DrainSite {
    private final FabricChannel channel;
    private Optional<FabricConfig> relays = Optional.empty();
    private Optional<BareFabricClient> bare = Optional.empty();

    private FabricDrainSite(FabricChannel channel) {
        this.channel = channel;
    }

    static FabricDrainSite up(Path scripts, Path folder) throws IOException, InterruptedException {
        return new FabricDrainSite(FabricChannel.up(scripts, folder));
    }

    @Override
    public String settings() throws IOException {
        return channel.settings();
    }

    @Override
    public void admit(SealpostGateway gateway) throws IOException, InterruptedException {
        channel.admit(gateway);
        relays = Optional.of(channel.config(gateway));
    }

    @Override
    public Contenders contenders(Token token, Load load, Path folder)
            throws IOException, InterruptedException, AnchorageSetback {
        if (load.records() > FabricPublications.MAX_COMMITMENTS) {
            throw new IOException("a publication there has the commitments of " + FabricPublications.MAX_COMMITMENTS
                    + " records at most, not of " + load.records());
        }
        var config = relays.orElseThrow();
        var seal = token.key(KeySpec.unpinned("seal", KeyKind.P256));
        var identity = token.key(KeySpec.unpinned(FabricChannel.NAME, KeyKind.P256));
        var client = BareFabricClient.connect(channel.client("bare"), load, seal);
        bare = Optional.of(client);
        var ledger = FabricPublications.open(config, identity, SealpostGateway::clock, Optional.empty());
        var relay = RelayDrain.open(folder.resolve("relay"), load, seal, ledger);
        try (var anchorage = FabricLedger.open(config, identity, SealpostGateway::clock)) {
            for (Origin origin : new Origin[] {relay.origin(), client.origin()}) {
                FirstHead.lodge(anchorage, origin, seal);
            }
        }
        return new Contenders(relay, client);
    }

    @Override
    public long height() throws IOException {
        return bare.orElseThrow().height();
    }

    @Override
    public void close() {
        channel.close();
    }
}
