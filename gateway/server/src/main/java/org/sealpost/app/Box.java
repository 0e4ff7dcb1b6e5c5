package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.TpmLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A box of its own: a gateway with a console and an owner. What it cannot do at its start it says on its
/// console and on its door, and stays there until somebody helps.
final class Box implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Box.class);

    private final Console console;
    private final String summary;

    // One of the two.
    private final @Nullable Gateway gateway;
    private final @Nullable RefusalDoor refusal;

    private Box(Console console, String summary, @Nullable Gateway gateway, @Nullable RefusalDoor refusal) {
        this.console = console;
        this.summary = summary;
        this.gateway = gateway;
        this.refusal = refusal;
    }

    /// Returns when its door answers, whatever it says.
    ///
    /// @throws ConfigRefused if there is no `[box]`, or not even the door can be opened
    static Box start(GatewayConfig config) throws Exception {
        var settings = config.box()
                .orElseThrow(() -> new ConfigRefused("[box] is missing; without it, start the gateway with: run"));
        if (!config.http().tls()) throw new ConfigRefused("http.tls is false; a box shows its code and token over TLS");
        if (!config.mqtt().tls()) throw new ConfigRefused("mqtt.tls is false; the owner's token is a password there");
        var console = new Console(settings.console(), Addresses::now);
        try {
            config.token().chip().ifPresent(Box::raiseLimits);
            new FirstBoot(config).run();
            var gateway = Gateway.start(config);
            console.show(gateway.httpPort(), () -> lines(gateway));
            gateway.whenActed(console::look);
            return new Box(
                    console, "ready, HTTPS on port " + gateway.httpPort() + ", " + gateway.summary(), gateway, null);
        } catch (Exception e) {
            var refused = Refusal.ofBox(e);
            if (refused.isEmpty()) throw e;
            LOG.error("the box refuses to run: {}", refused.get().sentence());
            if (Refusal.of(e).isEmpty()) LOG.error("where it came to that", e);
            return refusing(config, console, refused.get());
        }
    }

    /// Not worth a refusal: a chip that does not answer is the token's trouble, and is shown there.
    private static void raiseLimits(Path chip) {
        try {
            LOG.info("{}: {}", chip, TpmLimits.raise(chip));
        } catch (IOException e) {
            LOG.warn("{}: its limit of failed tries was not looked at: {}", chip, e.getMessage());
        }
    }

    private static Box refusing(GatewayConfig config, Console console, Refusal refused) throws Exception {
        var door = RefusalDoor.open(config, refused);
        var lines = new ArrayList<String>();
        lines.add("certificate  SHA-256 " + door.tls().fingerprint());
        lines.add("refused  " + refused.cause());
        if (!refused.remedy().isEmpty()) lines.add("remedy  " + refused.remedy());
        console.show(door.port(), () -> lines);
        return new Box(
                console,
                "refuses to run, HTTPS on port " + door.port() + " says why: " + refused.sentence(),
                null,
                door);
    }

    private static List<String> lines(Gateway gateway) {
        var lines = new ArrayList<String>();
        lines.add("certificate  SHA-256 " + gateway.tls().orElseThrow().fingerprint());
        var claim = gateway.claim().orElseThrow();
        lines.add(claim.isClaimed() ? "claimed, origin " + gateway.origin() : "claim code  " + claim.code());
        return lines;
    }

    /// One line for whoever started it.
    String summary() {
        return summary;
    }

    /// -1 as long as MQTT is not opened.
    int mqttPort() {
        return gateway != null ? gateway.mqttPort() : -1;
    }

    int httpPort() {
        return gateway != null ? gateway.httpPort() : refusal != null ? refusal.port() : -1;
    }

    @Override
    public void close() throws IOException {
        console.close();
        if (refusal != null) refusal.close();
        if (gateway != null) gateway.close();
    }
}
