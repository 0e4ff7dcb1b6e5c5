package org.sealpost.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Closed-loop load of MQTT 3.1.1 PUBLISHes at QoS 1: so many connections, each with so many PUBLISHes
/// unanswered at any time, each PUBACK followed by the next PUBLISH. As a program it prints one line of JSON.
///
/// A closed loop measures capacity. Its latencies are those of a saturated server: they say little about an
/// idle one. With a rate the loop is open: each PUBLISH has its time, and its latency counts from there, sent
/// or not, so a server that stands still is charged for all that should have come meanwhile.
@Command(
        name = "mqtt-load",
        mixinStandardHelpOptions = true,
        description = "Loads an MQTT server; prints one JSON line.")
public final class MqttLoad implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1")
    private String host = "";

    @Option(names = "--port", defaultValue = "1883")
    private int port;

    @Option(names = "--topic", defaultValue = "records/default")
    private String topic = "";

    @Option(names = "--user", description = "with SEALPOST_MQTT_PASSWORD in the environment")
    private Optional<String> user = Optional.empty();

    @Option(names = "--connections", defaultValue = "16")
    private int connections;

    @Option(names = "--in-flight", defaultValue = "100")
    private int inFlight;

    @Option(names = "--payload", defaultValue = "512", description = "bytes")
    private int payloadBytes;

    @Option(names = "--warm-up", defaultValue = "3", description = "seconds")
    private double warmUp;

    @Option(names = "--seconds", defaultValue = "10", description = "measured seconds")
    private double seconds;

    @Option(names = "--per-second", description = "open loop: PUBLISHes a second of all connections together")
    private Optional<Double> perSecond = Optional.empty();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new MqttLoad()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var password = Optional.ofNullable(System.getenv("SEALPOST_MQTT_PASSWORD"));
        var plan = new LoadPlan(
                host,
                port,
                user.map(name -> new LoadPlan.Login(name, password.orElse(""))),
                connections,
                inFlight,
                seconds(warmUp),
                seconds(seconds),
                Duration.ofSeconds(30),
                perSecond.isPresent() ? OptionalDouble.of(perSecond.get()) : OptionalDouble.empty());
        var report = run(plan, Publications.endless(topic, payloadBytes, System.nanoTime()));
        System.out.println(report.toJson(plan, payloadBytes));
        return report.isClean() ? 0 : 1;
    }

    static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    /// Connects, loads, waits for the last answers, and reports. Blocks for as long. A server that goes away in
    /// between ends the load early: the report says so.
    ///
    /// @throws IOException if a connection cannot be made
    static LoadReport run(LoadPlan plan, Publications publications) throws IOException, InterruptedException {
        // One loop: where generator and server share a few cores, a second one would only take from the server.
        try (var loops = EventLoops.of(1, "load")) {
            var connections = connect(plan, publications, loops);
            long now = System.nanoTime();
            long start = now + plan.warmUp().toNanos();
            long end = start + plan.measured().toNanos();
            for (int i = 0; i < connections.size(); i++) {
                var connection = connections.get(i);
                var ctx = connection.connected.join();
                if (plan.perSecond().isEmpty()) ctx.executor().execute(() -> connection.publish(ctx, start, end));
                else {
                    long first = now + (long) (plan.intervalNanos() * i / connections.size());
                    ctx.executor().execute(() -> connection.publishInTime(ctx, first, start, end));
                }
            }
            var ended = CompletableFuture.allOf(
                    connections.stream().map(c -> c.ended).toArray(CompletableFuture[]::new));
            if (!endedBy(ended, end)) {
                for (var connection : connections) {
                    var ctx = connection.connected.join();
                    ctx.executor().execute(() -> connection.stop(ctx));
                }
                if (!endedBy(ended, System.nanoTime() + plan.patience().toNanos())) {
                    for (var connection : connections) {
                        var ctx = connection.connected.join();
                        ctx.executor().execute(() -> connection.abandon(ctx));
                    }
                    ended.join();
                }
            }
            return sum(plan, connections);
        }
    }

    private static List<LoadConnection> connect(LoadPlan plan, Publications publications, EventLoops loops)
            throws IOException, InterruptedException {
        var connections = new ArrayList<LoadConnection>(plan.connections());
        var run = Long.toString(System.nanoTime(), 36);
        for (int i = 0; i < plan.connections(); i++) {
            var connection = new LoadConnection(plan, "load-" + run + "-" + i, publications);
            connections.add(connection);
            new Bootstrap()
                    .group(loops.group())
                    .channel(loops.socket())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(MqttEncoder.INSTANCE, new MqttDecoder(), connection);
                        }
                    })
                    .connect(plan.host(), plan.port())
                    .addListener(done -> {
                        if (!done.isSuccess()) connection.connected.completeExceptionally(done.cause());
                    });
        }
        var all = CompletableFuture.allOf(
                connections.stream().map(c -> c.connected).toArray(CompletableFuture[]::new));
        var server = plan.host() + ":" + plan.port();
        try {
            all.get(plan.patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException(
                    "no connection to " + server + ": " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(server + " did not answer CONNECT within " + plan.patience(), e);
        }
        return connections;
    }

    private static boolean endedBy(CompletableFuture<Void> ended, long deadline) throws InterruptedException {
        try {
            ended.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        }
    }

    private static LoadReport sum(LoadPlan plan, List<LoadConnection> connections) {
        var latency = new LatencyHistogram();
        long acknowledged = 0;
        long total = 0;
        long unanswered = 0;
        int lost = 0;
        for (var connection : connections) {
            latency.add(connection.latency);
            acknowledged += connection.acknowledged;
            total += connection.acknowledgedTotal;
            unanswered += connection.unanswered;
            if (connection.lost) lost++;
        }
        return new LoadReport(plan.measured(), acknowledged, total, unanswered, lost, latency);
    }
}
