package org.sealpost.capture.mqtt;

import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.IntakeRig;
import org.sealpost.control.Clients;

/// A real server with the MQTT handle over an intake on a faulty disk.
final class MqttRig implements AutoCloseable {
    static final String USER = "crane-7";
    static final String PASSWORD = Clients.newSecret(new SecureRandom());
    static final String OTHER_USER = "crane-8";
    static final String OTHER_PASSWORD = Clients.newSecret(new SecureRandom());

    final IntakeRig intake;
    final Vertx vertx = Vertx.vertx();
    final MqttCapture capture;

    MqttRig() throws Exception {
        this(IntakeRig.config(), config(), true);
    }

    /// @param running whether records are written; else the test turns the intake itself
    MqttRig(IntakeConfig intakeConfig, MqttConfig config, boolean running) throws Exception {
        intake = new IntakeRig(intakeConfig);
        if (running) intake.intake.start();
        var clients = Clients.parse(List.of(
                Clients.line(USER, Clients.Kind.PASSWORD, PASSWORD),
                Clients.line(OTHER_USER, Clients.Kind.PASSWORD, OTHER_PASSWORD)));
        capture = MqttCapture.start(vertx, intake.intake, () -> clients, config, plain -> {})
                .toCompletionStage()
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
    }

    static MqttConfig config() {
        return new MqttConfig("127.0.0.1", 0, 1, 100, 16, Duration.ofSeconds(10));
    }

    RawMqtt client() throws Exception {
        return new RawMqtt(capture.port());
    }

    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) throw new AssertionError("did not happen in time");
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        intake.intake.close();
        intake.journal.close();
    }
}
