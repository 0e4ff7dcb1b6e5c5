package org.sealpost.anchor.evm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HttpWire;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;

/// What the torture does to validators that are processes of their own, a block of theirs each second: nodes go, come
/// back, forget and lie dead on the wire. The account has no coins, as gas has no price.
abstract class ConsortiumTorture extends EvmTorture {
    /// Of all tests of a kind.
    record Deployment(EvmNodes nodes, Path folder, SoftwareKey account, int confirmations, Address contract) {
        static Deployment on(EvmNodes nodes, Path folder, SoftwareKey account, int confirmations)
                throws IOException, AnchorageSetback {
            var pin = folder.resolve("contract.pin");
            Files.deleteIfExists(pin);
            var contract = EvmContract.deployOnce(nodes.config(1, confirmations), account, pin);
            return new Deployment(nodes, folder, account, confirmations, contract);
        }

        /// The same contract at the same address of another chain.
        void again() throws IOException, AnchorageSetback {
            on(nodes, folder, account, confirmations);
        }
    }

    ConsortiumTorture(SoftwareKey account) {
        super(account);
    }

    abstract Deployment deployment();

    final EvmNodes nodes() {
        return deployment().nodes;
    }

    @BeforeEach
    void layWire() throws Exception {
        wireTo(nodes().node(1));
    }

    @AfterEach
    void heal() throws Exception {
        wire().close();
        nodes().heal();
    }

    @Override
    final Address contract() {
        return deployment().contract;
    }

    @Override
    final Address deployPublications(SoftwareKey publisher) throws Exception {
        var pin = deployment().folder.resolve("publications.pin");
        Files.deleteIfExists(pin);
        return EvmContract.deployPublicationsOnce(
                nodes().config(1, confirmations()), publisher, contract(), pin, Optional.empty());
    }

    /// The short form has no time for it.
    @Override
    protected final boolean publishes(boolean isLong) {
        return isLong;
    }

    @Override
    final JsonRpc rpc() {
        return nodes().rpc(1);
    }

    @Override
    final int confirmations() {
        return deployment().confirmations;
    }

    @Override
    protected String trust(AnchorIdentity identity) throws Exception {
        long chain = ((AnchorIdentity.Evm) identity).chainId();
        return super.trust(identity) + "validators evm " + chain + " " + nodes().consensus() + " "
                + String.join(" ", nodes().genesis()) + "\n";
    }

    @Override
    protected Duration poll() {
        return Duration.ofMillis(100);
    }

    /// A block takes a second.
    @Override
    protected Duration pace() {
        return Duration.ofMillis(1500);
    }

    @Override
    protected Duration shortest() {
        return Duration.ofSeconds(5);
    }

    /// They make no blocks, and take requests.
    @Override
    protected void hold() throws Exception {
        lose(tooMany());
    }

    @Override
    protected void forgetPool() throws Exception {
        nodes().forgetPools();
    }

    /// Only the hash of block 0 differs.
    @Override
    protected void recreate() throws Exception {
        nodes().recreate();
        deployment().again();
    }

    /// Never the one that the relay asks.
    @Override
    protected void lose(int nodes) throws Exception {
        for (int i = 0; i < nodes; i++) nodes().kill(nodes().all().length - i);
    }

    @Override
    protected void bringBack() throws Exception {
        nodes().heal();
    }

    /// The kernel still takes connections for a node that stands still: to the relay they are half open.
    @Override
    protected List<Act> manners() {
        return List.of(() -> nodes().stop(1), () -> wire().become(HttpWire.Manner.FLOODS));
    }

    @Override
    protected void comeBack() throws Exception {
        super.comeBack();
        nodes().heal();
    }

    @Override
    protected List<Fault> faults() {
        var all = new ArrayList<>(super.faults());
        all.add(new Fault("one gone", () -> lose(1), this::bringBack));
        all.add(new Fault("too many gone", this::hold, this::bringBack));
        all.add(new Fault("pools lost", this::hold, this::forgetPool));
        all.add(new Fault("its node killed", () -> nodes().kill(1), this::bringBack));
        all.add(new Fault("its node stands still", () -> nodes().stop(1), this::bringBack));
        all.add(new Fault("all stand still", () -> nodes().stop(nodes().all()), this::bringBack));
        return all;
    }
}
