package org.sealpost.capture.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.capture.mqtt.MqttRig.PASSWORD;
import static org.sealpost.capture.mqtt.MqttRig.USER;
import static org.sealpost.capture.mqtt.RawMqtt.bytes;
import static org.sealpost.capture.mqtt.RawMqtt.connect;
import static org.sealpost.capture.mqtt.RawMqtt.connect3;
import static org.sealpost.capture.mqtt.RawMqtt.connect5;
import static org.sealpost.capture.mqtt.RawMqtt.join;
import static org.sealpost.capture.mqtt.RawMqtt.publish3;
import static org.sealpost.capture.mqtt.RawMqtt.publish5;
import static org.sealpost.capture.mqtt.RawMqtt.text;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.capture.IntakeRig;

@Timeout(60)
class MqttConnectTest {
    private MqttRig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new MqttRig();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    void wrongCredentialsAre0x86OrReturnCode4() throws Exception {
        String[][] wrong = {
            {USER, "wrong"}, {"nobody", PASSWORD}, {USER, MqttRig.OTHER_PASSWORD}, {USER, null}, {null, null}
        };
        for (String[] pair : wrong) {
            try (var three = rig.client();
                    var five = rig.client()) {
                three.send(connect3("c", pair[0], pair[1])).expect("20: 0004");
                assertTrue(three.isHungUp());
                five.send(connect5("c", pair[0], pair[1])).expect("20: 008600");
                assertTrue(five.isHungUp());
            }
        }
        assertEquals(10, rig.intake.metrics.mqttUnauthenticated.sum());
    }

    @Test
    void versionFiveIsToldEveryLimit() throws Exception {
        try (var client = rig.client()) {
            var connack = client.welcome5("c");
            assertTrue(connack.contains("\u0021\u0000\u0010"), "Receive Maximum 16: " + connack);
            assertTrue(connack.contains("\u0024\u0001"), "Maximum QoS 1: " + connack);
            assertTrue(connack.contains("\u0025\u0000"), "Retain Available 0: " + connack);
            assertTrue(connack.contains("\u0027\u0000\u0000\u0020\u0000"), "Maximum Packet Size 8192: " + connack);
            assertTrue(connack.contains("\u0011\u0000\u0000\u0000\u0000"), "Session Expiry 0: " + connack);
            assertFalse(connack.contains("assigned-"), connack.toString());
        }
    }

    @Test
    void clientsWithoutAnIdGetOneWhereTheVersionAllowsIt() throws Exception {
        try (var five = rig.client();
                var three = rig.client();
                var keeping = rig.client()) {
            assertTrue(five.welcome5("").contains("assigned-"));
            three.send(connect3("", USER, PASSWORD)).expect("20: 0000");
            keeping.send(connect("MQTT", 4, 0x00, 60, null, "", null, USER, PASSWORD))
                    .expect("20: 0002");
            assertTrue(keeping.isHungUp());
        }
    }

    @Test
    void idsThatAreTooLongOrUnprintableAreRefused() throws Exception {
        for (String id : new String[] {"x".repeat(129), "a\u0007b"}) {
            try (var three = rig.client();
                    var five = rig.client()) {
                three.send(connect3(id, USER, PASSWORD)).expect("20: 0002");
                five.send(connect5(id, USER, PASSWORD)).expect("20: 008500");
            }
        }
    }

    @Test
    void otherVersionsAreRefused() throws Exception {
        try (var old = rig.client();
                var future = rig.client()) {
            old.send(connect("MQIsdp", 3, 0x02, 60, null, "abc", null, USER, PASSWORD))
                    .expect("20: 0001");
            assertTrue(old.isHungUp());
            future.send(connect("MQTT", 9, 0x02, 60, null, "abc", null, USER, PASSWORD))
                    .expect("20: 0001");
            assertTrue(future.isHungUp());
        }
    }

    @Test
    void malformedConnectsAreNotLetIn() throws Exception {
        try (var reserved = rig.client();
                var willQos3 = rig.client();
                var willFlags = rig.client();
                var passwordOnly = rig.client();
                var receiveMaximum0 = rig.client();
                var maxPacket0 = rig.client();
                var method = rig.client()) {
            reserved.send(connect("MQTT", 4, 0x03, 60, null, "c", null, USER, PASSWORD));
            assertTrue(reserved.isHungUp());
            willQos3.send(connect(
                            "MQTT", 5, 0x1e, 60, bytes(), "c", join(bytes(0), text("t"), text("p")), USER, PASSWORD))
                    .expect("20: 008100");
            willFlags.send(connect("MQTT", 4, 0x22, 60, null, "c", null, USER, PASSWORD));
            assertTrue(willFlags.isHungUp());
            passwordOnly.send(connect("MQTT", 4, 0x02, 60, null, "c", null, null, PASSWORD));
            assertTrue(passwordOnly.isHungUp());
            receiveMaximum0
                    .send(connect5("c", USER, PASSWORD, bytes(0x21, 0, 0)))
                    .expect("20: 008200");
            maxPacket0
                    .send(connect5("c", USER, PASSWORD, bytes(0x27, 0, 0, 0, 0)))
                    .expect("20: 008200");
            method.send(connect5("c", USER, PASSWORD, join(bytes(0x15), text("SCRAM"))))
                    .expect("20: 008c00");
        }
        assertEquals(0, rig.intake.journal.size());
        MqttRig.until(() -> rig.capture.openConnections() == 0);
    }

    @Test
    void whateverIsNotAConnectFirstEndsTheConnection() throws Exception {
        byte[][] first = {
            publish3(1, 1, "records/default", "x"),
            bytes(0xc0, 0),
            bytes(0xe0, 0),
            bytes(0x00, 0x00),
            bytes(0xff, 0xff, 0xff, 0xff, 0xff),
            "GET / HTTP/1.1\r\nHost: box\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            // A CONNECT that announces 200 MB: nobody collects that for a stranger.
            join(bytes(0x10, 0x80, 0x80, 0x80, 0x64), text("MQTT"), bytes(4, 0xc2, 0, 60), text("id"))
        };
        for (byte[] bytes : first) {
            try (var client = rig.client()) {
                client.send(bytes);
                assertTrue(client.isHungUp());
            }
        }
        assertEquals(0, rig.intake.journal.size());
    }

    @Test
    void whatComesTogetherWithTheConnectIsAnsweredAfterTheConnack() throws Exception {
        try (var pinging = rig.client();
                var refused = rig.client();
                var ended = rig.client()) {
            pinging.send(connect3("a", USER, PASSWORD), bytes(0xc0, 0)).expect("20: 0000");
            pinging.expect("d0: ");
            refused.send(connect5("b", USER, PASSWORD), publish5(1, 7, "records/nope", bytes('x')));
            assertEquals(2, refused.receive().type(), "CONNACK");
            refused.expectReason(4, 0x90);
            ended.send(connect5("c", USER, PASSWORD), publish5(2, 7, "records/default", bytes('x')));
            assertEquals(2, ended.receive().type(), "CONNACK");
            ended.expectReason(14, 0x9b);
            assertTrue(ended.isHungUp());
        }
    }

    @Test
    void aSecondConnectionWithTheSameIdTakesOver() throws Exception {
        try (var five = rig.client();
                var three = rig.client();
                var last = rig.client();
                var stranger = rig.client()) {
            five.welcome5("twin");
            three.welcome3("twin");
            five.expectReason(14, 0x8e);
            assertTrue(five.isHungUp());
            last.welcome5("twin");
            assertTrue(three.isHungUp(), "3.1.1 is told nothing");
            stranger.send(connect3("twin", MqttRig.OTHER_USER, MqttRig.OTHER_PASSWORD))
                    .expect("20: 0000");
            last.send(bytes(0xc0, 0)).expect("d0: ");
            stranger.send(bytes(0xc0, 0)).expect("d0: ");
        }
    }

    @Test
    void whoSaysNothingForOneAndAHalfTimesTheKeepAliveIsCutOff() throws Exception {
        try (var five = rig.client();
                var three = rig.client()) {
            // Before its last word: of the time from then on, a slow machine may find too little left.
            long start = System.nanoTime();
            five.send(connect("MQTT", 5, 0x02, 1, bytes(), "a", null, USER, PASSWORD));
            assertEquals(2, five.receive().type());
            three.send(connect("MQTT", 4, 0x02, 1, null, "b", null, USER, PASSWORD))
                    .expect("20: 0000");
            five.expectReason(14, 0x8d);
            assertTrue(System.nanoTime() - start > Duration.ofMillis(1200).toNanos(), "not before its time");
            assertTrue(three.isHungUp());
        }
    }

    @Test
    void whoNeverConnectsIsCutOff() throws Exception {
        // So long that a busy machine comes to say what has to be said in time.
        var config = new MqttConfig("127.0.0.1", 0, 1, 100, 16, Duration.ofSeconds(3));
        try (var hasty = new MqttRig(IntakeRig.config(), config, true);
                var good = hasty.client().welcome3("good");
                var silent = hasty.client();
                var slow = hasty.client()) {
            slow.send(bytes(0x10, 0x20, 0x00));
            assertTrue(silent.isHungUp());
            assertTrue(slow.isHungUp());
            good.send(bytes(0xc0, 0)).expect("d0: ");
        }
    }

    @Test
    void beyondTheConnectionsThatMayBeOpenNewOnesAreClosed() throws Exception {
        var config = new MqttConfig("127.0.0.1", 0, 1, 2, 16, Duration.ofSeconds(10));
        try (var small = new MqttRig(IntakeRig.config(), config, true)) {
            var one = small.client().welcome3("one");
            var two = small.client().welcome3("two");
            try (var three = small.client()) {
                assertTrue(three.isHungUp());
            }
            one.close();
            MqttRig.until(() -> small.capture.openConnections() == 1);
            try (var again = small.client()) {
                again.welcome3("again");
            }
            two.close();
            MqttRig.until(() -> small.capture.openConnections() == 0);
            assertEquals(0, small.intake.metrics.mqttOpenConnections.sum());
        }
    }

    @Test
    void aWillIsRecordedOnlyWhenTheClientDoesNotSayGoodbye() throws Exception {
        byte[] will = join(text("records/epcis/last"), text("I am lost"));
        try (var polite = rig.client()) {
            polite.send(connect("MQTT", 4, 0x06, 60, null, "polite", will, USER, PASSWORD))
                    .expect("20: 0000");
            polite.send(bytes(0xe0, 0));
            assertTrue(polite.isHungUp());
        }
        assertEquals(0, rig.intake.journal.size());
        var lost = rig.client();
        lost.send(connect("MQTT", 4, 0x06, 60, null, "lost", will, USER, PASSWORD))
                .expect("20: 0000");
        lost.vanish();
        MqttRig.until(() -> rig.intake.journal.size() == 1);
        var entry = rig.intake.journal.read(0);
        assertEquals("I am lost", IntakeRig.payload(entry));
        assertEquals(Optional.of("last"), IntakeRig.source(entry).idempotencyKey());
        assertEquals(USER, IntakeRig.source(entry).client());
        try (var onDemand = rig.client()) {
            byte[] second = join(bytes(0), text("records/default"), text("with code 4"));
            onDemand.send(connect("MQTT", 5, 0x06, 60, bytes(), "five", second, USER, PASSWORD));
            assertEquals(2, onDemand.receive().type());
            onDemand.send(bytes(0xe0, 1, 4));
            MqttRig.until(() -> rig.intake.journal.size() == 2);
        }
    }

    @Test
    void willsThatCouldNotBeRecordedAreRefusedAtOnce() throws Exception {
        byte[] elsewhere = join(text("elsewhere"), text("x"));
        byte[] fine = join(bytes(0), text("records/default"), text("x"));
        try (var three = rig.client();
                var topic = rig.client();
                var retain = rig.client();
                var qos2 = rig.client()) {
            three.send(connect("MQTT", 4, 0x06, 60, null, "c", elsewhere, USER, PASSWORD))
                    .expect("20: 0005");
            topic.send(connect("MQTT", 5, 0x06, 60, bytes(), "c", join(bytes(0), elsewhere), USER, PASSWORD))
                    .expect("20: 009000");
            retain.send(connect("MQTT", 5, 0x26, 60, bytes(), "c", fine, USER, PASSWORD))
                    .expect("20: 009a00");
            qos2.send(connect("MQTT", 5, 0x16, 60, bytes(), "c", fine, USER, PASSWORD))
                    .expect("20: 009b00");
        }
        assertEquals(0, rig.intake.journal.size());
    }

    @Test
    void goingDownTellsWhoCanBeTold() throws Exception {
        try (var five = rig.client();
                var three = rig.client()) {
            five.welcome5("five");
            three.welcome3("three");
            var closed = rig.capture.close();
            assertTrue(closed == rig.capture.close());
            five.expectReason(14, 0x8b);
            assertTrue(three.isHungUp());
            closed.toCompletionStage().toCompletableFuture().get(20, java.util.concurrent.TimeUnit.SECONDS);
        }
    }
}
