package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SteppedPublishing;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;

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

    /// Which of them is the next one to go.
    private int orderer;

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

    /// Orderers, others each time: of all four in turn one is their leader.
    @Override
    protected void lose(int nodes) throws Exception {
        var gone = new ArrayList<String>();
        for (int i = 0; i < nodes; i++) gone.add(ORDERERS.get(orderer++ % ORDERERS.size()));
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

    /// What one peer lost it fetches from the orderers ([FabricNetworkIT#aPeerThatWasSetBackIsWaitedFor]), so this
    /// is what administrators do who set peers and orderers back. What a channel has it keeps, so whoever says
    /// that it does not is not believed before somebody orders it. One relay goes on meanwhile, and one begins
    /// anew, on a channel of whose heads it never got a proof.
    @Test
    @Override
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() throws Exception {
        var goesOn = new FabricRelay(site.shared());
        var isProved = new AtomicBoolean(false);
        var beginsAnew = new FabricRelay(provedOnly(isProved, site.shared()));
        var both = List.of(goesOn, beginsAnew);
        for (var relay : both) {
            relay.log.growTo(4);
            relay.untilFinal();
        }
        try (var ledger = site.publications();
                var publishing = publishing(ledger)) {
            site.network().keepDisks();
            publishing.grow(SteppedPublishing.PUBLISHED, 2);
            publishing.grow("other", 1);
            publishing.untilNothingWaits();
            assertEquals(List.of(1L, 2L), site.lodged().publications(publishing.log.originId()));
            for (var relay : both) {
                relay.log.growTo(8);
                relay.untilFinal();
            }
            site.setBack();
            awaitTold(goesOn, " were seen: it is behind");
            losesAPublication(publishing);
        }
        goesOn.resubmit();
        try (var anew = site.ledger(FabricSite.DEADLINE)) {
            beginsAnew.restart(provedOnly(isProved, anew));
            for (var relay : both) {
                awaitTold(relay, " is not there, and it was final in block ");
                for (int i = 0; i < 3; i++) relay.step();
                assertFalse(relay.entries().contains("RolledBack 0"), "nobody has said that it was set back");
                relay.resubmit();
                relay.until("the loss noticed", () -> relay.entries().contains("RolledBack 0"));
                relay.untilFinal();
                assertEquals(List.of(4L, 8L), lodged(relay.log.originId()));
            }
            isProved.set(true);
            for (var relay : both) relay.requireAllProved();
        }
    }

    /// A log whose first record is published, and final.
    private static SteppedPublishing publishing(PublicationLedger ledger) throws Exception {
        var log = new SignedLog("fabric/set-back", 38_000);
        var box = new SteppedPublishing(
                log,
                folder.resolve("publishing-set-back"),
                ledger,
                Publication.Kind.COMMITMENTS,
                SteppedPublishing.Pace.GENTLE,
                List.of());
        box.grow(SteppedPublishing.PUBLISHED, 1);
        box.grow("other", 1);
        log.growTo(log.size());
        new FabricRelay(site.shared(), log).untilFinal();
        box.untilNothingWaits();
        return box;
    }

    /// It is told in two steps, as heads are, and each record is there once in the end.
    private static void losesAPublication(SteppedPublishing box) throws Exception {
        var origin = box.log.originId();
        awaitTold(box, " were seen: it is behind");
        box.resubmit();
        awaitTold(box, "does not hold any more what was final there: number 2");
        assertEquals(List.of(1L), site.lodged().publications(origin), "nobody has said that it was set back");
        box.resubmit();
        box.until("number 3 final", () -> box.isFinal(3));
        box.untilNothingWaits();
        box.until("no trouble", () -> box.relay().trouble().isEmpty());
        assertEquals(List.of(1L, 3L), site.lodged().publications(origin));
    }

    private static void awaitTold(SteppedPublishing box, String words) throws Exception {
        box.until(
                "a word of it",
                () -> box.relay()
                        .trouble()
                        .filter(trouble -> trouble.cause().contains(words))
                        .isPresent());
    }

    private static void awaitTold(FabricRelay relay, String words) throws Exception {
        relay.until(
                "a word of it",
                () -> relay.relay()
                        .trouble()
                        .filter(trouble -> trouble.cause().contains(words))
                        .isPresent());
    }

    /// Nothing proves what is there, until it is so.
    private static Anchorage provedOnly(AtomicBoolean isSo, Anchorage anchorage) {
        return (Anchorage) Proxy.newProxyInstance(
                Anchorage.class.getClassLoader(), new Class<?>[] {Anchorage.class}, (_, method, arguments) -> {
                    try {
                        var answer = method.invoke(anchorage, arguments);
                        return method.getName().equals("proof") && !isSo.get() ? Optional.empty() : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
