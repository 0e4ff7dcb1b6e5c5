package org.sealpost.anchor.fabric;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageTorture;
import org.sealpost.anchor.SignedRequest;

/// A channel with four orderers and two organisations, a box that is a member of the first, its key in a token, and
/// what the two say of one another. One thread.
final class FabricSite implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(3);
    static final Duration SUBMIT = Duration.ofSeconds(2);

    /// So long a transaction that is in no block is waited for: there is no answer that tells it is in none.
    static final Duration STATUS = Duration.ofSeconds(1);

    /// So long both peers must say that the channel was set back: nobody waits ten minutes here.
    private static final Duration BELIEVED = Duration.ofSeconds(2);

    /// scripts/ledgers/fabric/collections.json
    static final Optional<String> COLLECTION = Optional.of("payloads");

    private final FabricNetwork network;
    private final FabricMember member;
    private boolean isHarmed;

    // Made by [#reach], which has always been called once.
    private FabricLedger ledger;
    private Peers watched;
    private Calls calls;
    private Channel channel;
    private LodgedOnChannel lodged;

    private FabricSite(FabricNetwork network, FabricMember member) {
        this.network = network;
        this.member = member;
    }

    static FabricSite start(Path folder) throws Exception {
        var network = FabricNetwork.start(Files.createDirectories(folder.resolve("fabric")));
        try {
            var site = new FabricSite(network, FabricMember.enrolled(network, folder));
            site.reach();
            return site;
        } catch (Throwable e) { // leaves no process
            network.close();
            throw e;
        }
    }

    /// As somebody who knows where the peers are, and who vouches for them.
    private void reach() throws Exception {
        hangUp();
        var config = member.config(DEADLINE, 1, 2);
        ledger = ledger(DEADLINE);
        watched = new Peers(config);
        calls = new Calls(config, new Membership(config, member.key(), FabricMember::now), watched);
        channel = new Channel(config, calls);
        lodged = new LodgedOnChannel(channel);
    }

    private void hangUp() {
        if (ledger != null) ledger.close();
        if (watched != null) watched.close();
    }

    FabricNetwork network() {
        return network;
    }

    FabricMember member() {
        return member;
    }

    FabricLedger ledger() {
        return ledger;
    }

    /// One more, which its maker closes.
    ///
    /// @param deadline of each answer
    FabricLedger ledger(Duration deadline) throws Exception {
        return FabricLedger.open(
                member.config(deadline, 1, 2),
                member.key(),
                FabricMember::now,
                SUBMIT,
                shorter(deadline, STATUS),
                BELIEVED);
    }

    /// One more, which its maker closes.
    FabricPublications publications() throws Exception {
        return FabricPublications.open(
                member.config(DEADLINE, 1, 2), member.key(), FabricMember::now, COLLECTION, SUBMIT);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    Calls calls() {
        return calls;
    }

    Channel channel() {
        return channel;
    }

    /// What the channel itself says was written there.
    LodgedOnChannel lodged() {
        return lodged;
    }

    /// The channel is another one at the same addresses, and whoever holds a [#shared] ledger asks that one.
    void recreate() throws Exception {
        network.recreate();
        member.renew();
        reach();
    }

    /// The channel has no more than when its disks were kept.
    void setBack() throws Exception {
        network.setBackDisks();
        lodged = new LodgedOnChannel(channel);
    }

    /// Does what [#heal] puts right again.
    void harm(AnchorageTorture.Act act) throws Exception {
        isHarmed = true;
        act.run();
    }

    void heal() throws Exception {
        if (isHarmed) network.heal();
        isHarmed = false;
    }

    /// The ledger as it is whenever it is asked. Others use it, too, so whoever closes it closes nothing.
    Anchorage shared() {
        return shared(() -> ledger, _ -> {});
    }

    /// @param sent gets each request before it is sent
    static Anchorage shared(Supplier<FabricLedger> now, Consumer<SignedRequest> sent) {
        return (Anchorage) Proxy.newProxyInstance(
                Anchorage.class.getClassLoader(), new Class<?>[] {Anchorage.class}, (_, method, arguments) -> {
                    if (method.getName().equals("close")) return null;
                    if (method.getName().equals("submit")) sent.accept((SignedRequest) arguments[0]);
                    try {
                        return method.invoke(now.get(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public void close() {
        hangUp();
        member.close();
        network.close();
    }
}
