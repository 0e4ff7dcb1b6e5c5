package org.sealpost.anchor.fabric;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
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
    private static final List<String> ORDERERS = List.of("o1", "o2", "o3", "o4");

    @TempDir
    private static Path folder;

    private static FabricSite site;

    /// How often the channel was made anew.
    private int channels;

    /// Which of them went last.
    private int orderer = ORDERERS.size() - 1;

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

    /// What it comes to know of the channel ends with it.
    @Override
    protected Anchorage open(AnchorProofs proofs) throws Exception {
        // Peers ask one another before they answer, so it takes longer than an answer of one node.
        boolean isShort = deadline.compareTo(FabricSite.DEADLINE) < 0;
        return whichever(new Client(isShort ? deadline.multipliedBy(2) : FabricSite.DEADLINE)::ledger);
    }

    /// A process whose configuration is that of the channel as it is now, whenever it is asked.
    private final class Client {
        private final Duration within;
        private int of = channels;
        private FabricLedger ledger;

        Client(Duration within) throws Exception {
            this.within = within;
            this.ledger = site.ledger(within);
        }

        FabricLedger ledger() {
            if (of == channels) return ledger;
            ledger.close();
            try {
                ledger = site.ledger(within);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            of = channels;
            return ledger;
        }
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

    /// All are gone before three are there who could order it.
    @Override
    protected void forgetPool() throws Exception {
        site.harm(() -> site.network().kill(ORDERERS.toArray(String[]::new)));
        site.heal();
    }

    /// Of the same name, at the same addresses, of the same organisations with other keys.
    @Override
    protected void recreate() throws Exception {
        site.recreate();
        channels++;
    }

    /// Orderers, others each time: of all four in turn one is their leader. One by one they go backwards: the leader's
    /// successor stands behind it, and would else be the next to go, so that each time they chose anew for seconds.
    @Override
    protected void lose(int nodes) throws Exception {
        var gone = new ArrayList<String>();
        for (int i = 0; i < nodes; i++) {
            orderer = Math.floorMod(orderer + (nodes == 1 ? -1 : 1), ORDERERS.size());
            gone.add(ORDERERS.get(orderer));
        }
        site.harm(() -> site.network().kill(gone.toArray(String[]::new)));
    }

    @Override
    protected int inTurn() {
        return ORDERERS.size();
    }

    @Override
    protected void bringBack() throws Exception {
        site.heal();
    }

    @Override
    protected boolean hasCaughtUp() throws Exception {
        return site.network().areOrderersLevel();
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

    /// Nor is it lost but where administrators set the channel back: see [FabricSetBackIT].
    @Override
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() {}
}
