package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.sealpost.capture.mqtt.RawMqtt;

/// Clients that hand records over at a steady pace, over HTTP and MQTT, and remember all that was acknowledged.
/// Whatever happens behind the doors, each record must be taken: a refusal or a lost connection fails the test.
final class Load implements AutoCloseable {
    private static final int SENDERS = 2;
    private static final int PACE_MILLIS = 25;
    private static final int ENOUGH_TO_GO_ON = 40;

    private final RunningGateway box;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2 * SENDERS);
    private final List<RawMqtt> publishers = new ArrayList<>();
    private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger overHttp = new AtomicInteger();
    private final AtomicInteger overMqtt = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private record Acknowledged(String payload, OptionalLong index) {}

    private interface Sender {
        void send(int turn) throws IOException, InterruptedException;
    }

    private Load(RunningGateway box) {
        this.box = box;
    }

    static Load start(RunningGateway box) throws IOException {
        var load = new Load(box);
        for (int i = 0; i < SENDERS; i++) {
            var http = "http-" + i;
            load.run(turn -> load.post(http + "-" + turn));
            var mqtt = "mqtt-" + i;
            var publisher = box.mqtt(mqtt, RunningGateway.CRANE);
            load.publishers.add(publisher);
            load.run(turn -> load.publish(publisher, 1 + turn % 0xffff, mqtt + "-" + turn));
        }
        return load;
    }

    /// Waits until more was acknowledged, over both ways in.
    void awaitProgress() throws Exception {
        int http = overHttp.get() + ENOUGH_TO_GO_ON;
        int mqtt = overMqtt.get() + ENOUGH_TO_GO_ON;
        Await.until("records are acknowledged", () -> {
            assertNoFailure();
            return overHttp.get() >= http && overMqtt.get() >= mqtt;
        });
    }

    /// Ends the load; what was acknowledged must be in the log once, where its receipt said, with evidence that holds.
    void stopAndFindAll() throws Exception {
        close();
        assertNoFailure();
        var indexes = new HashMap<String, Long>();
        var back = box.readBack(RunningGateway.CRANE);
        back.forEach((index, proved) -> {
            var key = proved.source().idempotencyKey().orElseThrow();
            assertNull(indexes.put(key, index), () -> key + " is there twice");
        });
        acknowledged.forEach((key, record) -> {
            var index = indexes.get(key);
            assertNotNull(index, () -> key + " was acknowledged and is lost");
            record.index.ifPresent(said -> assertEquals(said, index, key));
            assertEquals(record.payload, back.get(index).text(), key);
        });
    }

    private void run(Sender sender) {
        var turn = new AtomicInteger();
        threads.scheduleWithFixedDelay(
                () -> {
                    if (failure.get() != null) return;
                    try {
                        sender.send(turn.getAndIncrement());
                    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                        failure.compareAndSet(null, e);
                    }
                },
                0,
                PACE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void post(String key) throws IOException, InterruptedException {
        var payload = payload(key);
        var answer = box.post(payload.getBytes(StandardCharsets.UTF_8), key);
        if (answer.statusCode() != 201) throw new IOException(key + ": " + RunningGateway.text(answer));
        var index = RunningGateway.json(answer).required("index").asLong();
        acknowledged.put(key, new Acknowledged(payload, OptionalLong.of(index)));
        overHttp.incrementAndGet();
    }

    private void publish(RawMqtt publisher, int packetId, String key) throws IOException {
        var payload = payload(key);
        publisher
                .send(RawMqtt.publish3(1, packetId, "records/default/" + key, payload))
                .expectPuback(packetId);
        acknowledged.put(key, new Acknowledged(payload, OptionalLong.empty()));
        overMqtt.incrementAndGet();
    }

    private static String payload(String key) {
        return "{\"reading\":\"" + key + "\",\"pad\":\"" + "x".repeat(Math.floorMod(key.hashCode(), 700)) + "\"}";
    }

    private void assertNoFailure() {
        if (failure.get() != null) throw new AssertionError("a record was not taken", failure.get());
    }

    /// Each sender finishes what it has begun.
    @Override
    public void close() throws IOException, InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) throw new IOException("a sender waits for its answer");
        for (var publisher : publishers) publisher.close();
    }
}
