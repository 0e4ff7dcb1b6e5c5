package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageTorture;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;

/// Four orderers, of whom three make a block, and two organisations, both of which have to endorse. The channel's
/// blocks are final at once, and what the boxes keep proves their heads to whoever trusts both organisations.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FabricTortureIT extends AnchorageTorture {
    @TempDir
    private static Path folder;

    private static FabricSite site;

    private FabricRelay owing;
    private FabricLedger afterwards;

    @BeforeAll
    static void start() throws Exception {
        site = FabricSite.start(folder);
    }

    @AfterEach
    void heal() throws Exception {
        site.heal();
    }

    @AfterAll
    static void stop() {
        if (site != null) site.close();
    }

    @Override
    protected Anchorage open(AnchorProofs proofs) throws Exception {
        // Peers ask one another before they answer, so it takes longer than an answer of one node.
        return deadline.compareTo(FabricSite.DEADLINE) < 0 ? site.ledger(deadline.multipliedBy(2)) : site.shared();
    }

    @Override
    protected List<Long> lodged(OriginId origin) throws Exception {
        return site.lodged().sizes(origin);
    }

    /// The short form has no time for it.
    @Override
    protected boolean publishes(boolean isLong) {
        return isLong;
    }

    @Override
    protected PublicationLedger openPublications() throws Exception {
        return site.publications();
    }

    @Override
    protected List<Long> published(OriginId origin) throws Exception {
        return site.lodged().publications(origin);
    }

    @Override
    protected String trust(AnchorIdentity identity) {
        var channel = (AnchorIdentity.Fabric) identity;
        return "channel fabric " + channel.channel() + " genesis " + channel.genesis() + " chaincode "
                + channel.chaincode() + " endorsers 2 " + String.join(" ", FabricNetwork.ORGANISATIONS) + "\n";
    }

    @Override
    protected boolean proves() {
        return true;
    }

    @Override
    protected Duration poll() {
        return Duration.ofMillis(50);
    }

    @Override
    protected Duration pace() {
        return Duration.ofMillis(1500);
    }

    @Override
    protected Duration shortest() {
        return Duration.ofSeconds(6);
    }

    /// Nobody listens at the peers.
    @Override
    protected void goAway() throws Exception {
        site.harm(() -> site.network().kill("p1", "p2"));
    }

    @Override
    protected void comeBack() throws Exception {
        site.heal();
    }

    @Override
    protected void hold() throws Exception {
        lose(2);
    }

    @Override
    protected void forgetPool() throws Exception {
        site.heal();
        site.network().kill("o1", "o2", "o3", "o4");
        site.network().startAgain("o1", "o2", "o3", "o4");
    }

    /// Of the same name, at the same addresses, of the same organisations with other keys.
    @Override
    protected void recreate() throws Exception {
        site.recreate();
    }

    @Override
    protected void lose(int nodes) throws Exception {
        site.harm(() -> site.network().kill(nodes == 1 ? new String[] {"o4"} : new String[] {"o3", "o4"}));
    }

    @Override
    protected void bringBack() throws Exception {
        site.heal();
    }

    @Override
    protected void expire() throws Exception {
        site.member().enrol(Instant.now().minusSeconds(1));
    }

    @Override
    protected void renew() throws Exception {
        site.member().renew();
    }

    @Override
    protected List<Act> manners() {
        return List.of(() -> site.harm(() -> site.network().freeze("p1", "p2")));
    }

    @Override
    protected List<Fault> faults() {
        var network = site.network();
        return List.of(
                new Fault("answers lost", () -> loseAnswers(true), () -> loseAnswers(false)),
                new Fault("an orderer gone", () -> lose(1), site::heal),
                new Fault("two orderers gone", () -> lose(2), site::heal),
                new Fault("two orderers stand still", () -> site.harm(() -> network.freeze("o3", "o4")), site::heal),
                new Fault("its peer gone", () -> site.harm(() -> network.kill("p1")), site::heal),
                new Fault("the other peer stands still", () -> site.harm(() -> network.freeze("p2")), site::heal),
                new Fault("the chaincode gone", () -> site.harm(() -> network.kill("c1")), site::heal),
                new Fault("its certificate over", this::expire, this::renew));
    }

    /// A quorum of the orderers has signed it.
    @Override
    protected void aBlockThatIsTakenBackIsSeenByItsHash() {}

    /// What one peer lost it fetches from the orderers ([FabricNetworkIT#aPeerThatWasSetBackIsWaitedFor]), so this is
    /// what administrators do who set peers and orderers back. Beside the box there is one that begins anew
    /// afterwards, on a channel of whose heads it never got a proof.
    @Test
    @Override
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() throws Exception {
        owing = new FabricRelay(withoutProofs(site.shared()));
        try (var anew = site.ledger(FabricSite.DEADLINE)) {
            afterwards = anew;
            super.aLedgerThatLostItsEndGetsTheHeadAgain();
            owing.until("the loss noticed", () -> owing.entries().contains("RolledBack 4"));
            owing.untilFinal();
            assertEquals(List.of(4L, 8L), lodged(owing.log.originId()));
        }
    }

    @Override
    protected Act snapshot() throws Exception {
        owing.log.growTo(4);
        owing.untilFinal();
        site.network().keepDisks();
        return () -> {
            owing.log.growTo(8);
            owing.untilFinal();
            site.setBack();
            owing.restart(withoutProofs(afterwards));
            owing.until(
                    "a word of it",
                    () -> owing.relay()
                            .trouble()
                            .filter(trouble -> trouble.cause().endsWith("were seen: it is behind"))
                            .isPresent());
        };
    }

    private static Anchorage withoutProofs(Anchorage anchorage) {
        return (Anchorage) Proxy.newProxyInstance(
                Anchorage.class.getClassLoader(), new Class<?>[] {Anchorage.class}, (_, method, arguments) -> {
                    try {
                        var answer = method.invoke(anchorage, arguments);
                        return method.getName().equals("proof") ? Optional.empty() : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
