package org.sealpost.anchor.evm;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageTorture;
import org.sealpost.anchor.HttpWire;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.TrustFile;
import org.sealpost.lodging.OriginId;

/// What all EVM chains have in common in the torture: the contract, and a wire to one node that can be trouble itself.
abstract class EvmTorture extends AnchorageTorture {
    private static final SoftwareKey PUBLISHER = SoftwareKey.secp256k1ForTests(74);

    private final SoftwareKey account;
    private Optional<Address> publications = Optional.empty();
    private HttpWire wire;

    EvmTorture(SoftwareKey account) {
        this.account = account;
    }

    /// Of the contract on the chain as it is now.
    abstract Address contract();

    /// Puts a contract for publications beside it.
    abstract Address deployPublications(SoftwareKey publisher) throws Exception;

    abstract JsonRpc rpc();

    abstract int confirmations();

    final void wireTo(URI node) throws IOException {
        wire = new HttpWire(
                node, question -> new String(question, StandardCharsets.UTF_8).contains("\"eth_sendRawTransaction\""));
    }

    final HttpWire wire() {
        return wire;
    }

    @Override
    protected final Anchorage open(AnchorProofs proofs) throws Exception {
        return EvmLedger.open(config(), contract(), account);
    }

    private EvmConfig config() {
        return new EvmConfig(wire.url(), OptionalInt.of(confirmations()), deadline);
    }

    @Override
    protected final PublicationLedger openPublications() throws Exception {
        if (publications.isEmpty()) publications = Optional.of(deployPublications(PUBLISHER));
        return EvmPublications.open(config(), contract(), publications.get(), PUBLISHER);
    }

    @Override
    protected final List<Long> published(OriginId origin) throws IOException {
        return published(rpc(), publications.orElseThrow(), origin);
    }

    /// The numbers that a contract says were published for this origin; one that is there twice stands there
    /// twice.
    static List<Long> published(JsonRpc rpc, Address contract, OriginId origin) throws IOException {
        var topics = List.of(
                Hex.of(Keccak.hash("Published(bytes32,uint64,uint8,uint64,uint64,bytes32,bytes)")),
                Hex.of(origin.value().toBytes()));
        var filter = Map.of("address", contract.toString(), "fromBlock", "0x0", "topics", topics);
        var numbers = new ArrayList<Long>();
        for (var event : rpc.call("eth_getLogs", filter)) {
            numbers.add(Hex.small(event.path("topics").path(2).asText()));
        }
        return numbers;
    }

    @Override
    protected final List<Long> lodged(OriginId origin) throws IOException {
        var topics = List.of(
                Hex.of(Keccak.hash("Lodged(bytes32,uint64,bytes32)")),
                Hex.of(origin.value().toBytes()));
        var filter = Map.of("address", contract().toString(), "fromBlock", "0x0", "topics", topics);
        var sizes = new ArrayList<Long>();
        for (var event : rpc().call("eth_getLogs", filter)) {
            sizes.add(Hex.small(event.path("data").asText().substring(0, 66)));
        }
        return sizes;
    }

    @Override
    protected String trust(AnchorIdentity identity) throws Exception {
        return TrustFile.naming((AnchorIdentity.Evm) identity);
    }

    @Override
    protected final void loseAnswers(boolean lose) {
        wire.become(lose ? HttpWire.Manner.LOSES_ANSWERS : HttpWire.Manner.PASSES);
    }

    @Override
    protected final void goAway() {
        wire.become(HttpWire.Manner.AWAY);
    }

    @Override
    protected void comeBack() throws Exception {
        wire.become(HttpWire.Manner.PASSES);
    }

    @Override
    protected List<Act> manners() {
        return List.of(
                () -> wire.become(HttpWire.Manner.HALF_OPEN),
                () -> wire.become(HttpWire.Manner.DRIPS),
                () -> wire.become(HttpWire.Manner.FLOODS),
                () -> wire.become(HttpWire.Manner.TALKS_NONSENSE));
    }

    @Override
    protected final void expire() {
        account.away(true);
        PUBLISHER.away(true);
    }

    @Override
    protected final void renew() {
        account.away(false);
        PUBLISHER.away(false);
    }

    @Override
    protected List<Fault> faults() {
        var all = new ArrayList<Fault>();
        for (var manner : HttpWire.Manner.values()) {
            if (manner == HttpWire.Manner.PASSES) continue;
            all.add(new Fault("wire " + manner, () -> wire.become(manner), this::comeBack));
        }
        all.add(new Fault("token away", this::expire, this::renew));
        return all;
    }
}
