package org.sealpost.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.VerifierKey;

/// Load on both doors of a gateway that is about to be killed, and an eye on the heads that it publishes meanwhile.
/// Everything it is told goes to the promises; whatever it is told that must not be, to the findings.
final class CampaignLoad {
    private static final int HTTP_CLIENTS = 6;
    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 24;
    private static final int FULL = 507;
    private static final Duration BETWEEN_ORDERS = Duration.ofMillis(10);
    private static final Duration LONGER_THAN_ANY_ROUND = Duration.ofHours(1);

    private final SealpostGateway gateway;
    private final Promises promises;
    private final Orders orders;
    private final VerifierKey checkpointKey;
    private final Collection<String> findings = new ConcurrentLinkedQueue<>();
    private final Collection<Head> heads = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch killed = new CountDownLatch(1);
    private final AtomicBoolean armed = new AtomicBoolean();
    private volatile boolean ending;

    // From now on the gateway may end by itself, refuse for want of room, and close what it likes.
    private volatile boolean troubled;

    private CampaignLoad(SealpostGateway gateway, Promises promises, Orders orders, VerifierKey checkpointKey) {
        this.gateway = gateway;
        this.promises = promises;
        this.orders = orders;
        this.checkpointKey = checkpointKey;
    }

    /// @param orders where the gateway has an owner, who then has records erased
    static CampaignLoad start(SealpostGateway gateway, Promises promises, Orders orders, VerifierKey checkpointKey) {
        var load = new CampaignLoad(gateway, promises, orders, checkpointKey);
        load.begin("mqtt", load::publish);
        for (int i = 0; i < HTTP_CLIENTS; i++) load.begin("http-" + i, load::post);
        load.begin("heads", load::watch);
        gateway.newOwner().ifPresent(owner -> load.begin("owner", () -> load.erase(owner)));
        return load;
    }

    /// Kills the gateway now.
    void kill() {
        // From now on a failing connection is no finding.
        ending = true;
        gateway.kill();
        killed.countDown();
    }

    /// Has the gateway end as an operator would.
    void stop() throws IOException, InterruptedException {
        ending = true;
        gateway.stop();
        killed.countDown();
    }

    /// Kills the gateway the moment the next acknowledgement arrives, from the thread that reads it: if it was
    /// given too early, there is no later moment at which that shows, since what has reached the page cache
    /// survives a kill.
    ///
    /// @param patience after which it is killed without
    void killAtNextAcknowledgement(Duration patience) throws InterruptedException {
        armed.set(true);
        if (!killed.await(patience.toMillis(), TimeUnit.MILLISECONDS) && armed.compareAndSet(true, false)) kill();
        killed.await();
    }

    /// Whatever fails from now on is no finding: only what is acknowledged counts.
    void expectTrouble() {
        troubled = true;
    }

    /// The gateway has ended by itself.
    void ended() {
        ending = true;
        killed.countDown();
    }

    private void acknowledgementArrived() {
        if (armed.get() && armed.compareAndSet(true, false)) kill();
    }

    void awaitEnd() throws InterruptedException {
        for (var thread : threads) thread.join();
    }

    List<String> findings() {
        return List.copyOf(findings);
    }

    List<Head> heads() {
        return List.copyOf(heads);
    }

    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    private void begin(String name, Part part) {
        threads.add(Thread.ofVirtual().name(name).start(() -> {
            try {
                part.run();
            } catch (IOException e) {
                if (!ending && !troubled) findings.add(name + " failed while the gateway was up: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void publish() throws IOException, InterruptedException {
        var plan = new LoadPlan(
                "127.0.0.1",
                gateway.mqttPort(),
                Optional.of(gateway.login()),
                CONNECTIONS,
                IN_FLIGHT,
                Duration.ZERO,
                LONGER_THAN_ANY_ROUND,
                Duration.ofSeconds(30));
        var report = MqttLoad.run(plan, new NumberedPublications(promises, this::acknowledgementArrived));
        if (!ending && !troubled) findings.add("the gateway closed " + report.lostConnections() + " MQTT connections");
    }

    private void post() throws IOException, InterruptedException {
        try (var client = gateway.newClient()) {
            while (!ending) {
                long number = promises.next(Promises.Door.HTTP);
                var answer = client.post(promises.payload(number), promises.key(number));
                if (answer.status() == 201) {
                    acknowledgementArrived();
                    promises.acknowledged(number, answer.index().orElseThrow());
                } else if (answer.isBusy() || troubled && answer.status() == FULL) {
                    promises.refused(number);
                } else {
                    findings.add("the first POST of record " + number + " was answered by " + answer);
                }
            }
        }
    }

    /// One record at a time, in either form.
    private void erase(GatewayClient owner) throws IOException, InterruptedException {
        try (owner) {
            var origin = owner.head(checkpointKey).origin().name();
            for (int i = 0; !ending; i++) {
                Thread.sleep(BETWEEN_ORDERS);
                // What was captured in this life nobody has seen yet, and of what is erased only the index is left.
                var number = promises.anySeen(100);
                if (number.isEmpty() || !orders.sent(number.getAsLong())) continue;
                long index = promises.index(number.getAsLong()).orElseThrow();
                var answer = owner.erase(origin, index, i % 2 == 0 ? "body" : "body-and-salts");
                if (answer.position().isPresent()) {
                    orders.ordered(number.getAsLong(), answer.position().get());
                } else if (answer.isRefused()) {
                    orders.refused(number.getAsLong());
                } else {
                    findings.add("the order to erase record " + number.getAsLong() + " was answered by " + answer);
                }
            }
        }
    }

    private void watch() throws IOException, InterruptedException {
        try (var client = gateway.newClient()) {
            while (!ending) {
                heads.add(client.head(checkpointKey));
                Thread.sleep(20);
            }
        }
    }

    /// New records over MQTT, three of four with the key as the last level of their topic.
    static final class NumberedPublications implements Publications {
        private final Promises promises;
        private final Runnable arrived;
        private final Map<Publication, Long> numbers = new ConcurrentHashMap<>();

        /// @param arrived told of each acknowledgement before anything else is done with it
        NumberedPublications(Promises promises, Runnable arrived) {
            this.promises = promises;
            this.arrived = arrived;
        }

        @Override
        public Optional<Publication> next() {
            return Optional.of(publication(promises.next(Promises.Door.MQTT)));
        }

        Publication publication(long number) {
            var topic = "records/default"
                    + promises.key(number).map(key -> "/" + key).orElse("");
            var publication = Publication.of(topic, promises.payload(number));
            numbers.put(publication, number);
            return publication;
        }

        @Override
        public void acknowledged(Publication publication) {
            arrived.run();
            Long number = numbers.remove(publication);
            if (number != null) promises.acknowledged(number);
        }
    }
}
