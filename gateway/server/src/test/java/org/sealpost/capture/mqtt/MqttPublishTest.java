package org.sealpost.capture.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.capture.mqtt.RawMqtt.bytes;
import static org.sealpost.capture.mqtt.RawMqtt.connect3;
import static org.sealpost.capture.mqtt.RawMqtt.join;
import static org.sealpost.capture.mqtt.RawMqtt.packet;
import static org.sealpost.capture.mqtt.RawMqtt.publish3;
import static org.sealpost.capture.mqtt.RawMqtt.publish5;
import static org.sealpost.capture.mqtt.RawMqtt.text;
import static org.sealpost.capture.mqtt.RawMqtt.userProperty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.IntakeRig;

@Timeout(60)
class MqttPublishTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @Test
    void aMessageIsAcknowledgedOnlyAfterTheForce() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var client = rig.client().welcome3("c")) {
            client.send(publish3(1, 7, "records/default/k-1", "hello"), bytes(0xc0, 0));
            // The answer to the ping overtakes the acknowledgement, which waits for the disk.
            client.expect("d0: ");
            assertEquals(1, rig.intake.step());
            client.expectPuback(7);
            var entry = rig.intake.journal.read(0);
            assertEquals("hello", IntakeRig.payload(entry));
            assertEquals("records/default/k-1", IntakeRig.source(entry).where());
            assertEquals(Optional.of("k-1"), IntakeRig.source(entry).idempotencyKey());
            assertEquals(MqttRig.USER, IntakeRig.source(entry).client());
            assertEquals("application/octet-stream", IntakeRig.content(entry).mediaType());
        }
    }

    @Test
    void aFailedForceAcknowledgesNothing() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var client = rig.client().welcome3("c")) {
            client.send(publish3(1, 7, "records/default", "hello"), bytes(0xc0, 0));
            client.expect("d0: ");
            rig.intake.disk.failNextForce();
            org.junit.jupiter.api.Assertions.assertThrows(RuntimeException.class, rig.intake::step);
            client.send(bytes(0xc0, 0)).expect("d0: ");
        }
    }

    @Test
    void connectAndPublishInOneSegmentAreBothTaken() throws Exception {
        try (var rig = new MqttRig();
                var client = rig.client()) {
            client.send(
                    connect3("c", MqttRig.USER, MqttRig.PASSWORD),
                    publish3(0, 0, "records/default", "zero"),
                    publish3(1, 1, "records/default", "x".repeat(3000)),
                    bytes(0xc0, 0));
            client.expect("20: 0000");
            List<String> rest =
                    List.of(client.receive().toString(), client.receive().toString());
            assertTrue(rest.contains("40: 0001") && rest.contains("d0: "), rest.toString());
            assertEquals(2, rig.intake.journal.size());
        }
    }

    @Test
    void propertiesOfVersionFiveAreRecorded() throws Exception {
        try (var rig = new MqttRig();
                var client = rig.client()) {
            client.welcome5("c");
            client.send(publish5(
                    1,
                    1,
                    "records/epcis",
                    HELLO,
                    join(
                            bytes(0x01, 1),
                            bytes(0x03),
                            text("application/ld+json"),
                            userProperty("idempotency-key", "Ü-1"))));
            client.expectPuback(1);
            var entry = rig.intake.journal.read(0);
            assertEquals("application/ld+json", IntakeRig.content(entry).mediaType());
            assertEquals(Optional.of("Ü-1"), IntakeRig.source(entry).idempotencyKey());
        }
    }

    @Test
    void repeatsAreAcknowledgedAndConflictsAre0x83WithAReason() throws Exception {
        try (var rig = new MqttRig();
                var client = rig.client()) {
            client.welcome5("c");
            byte[] key = userProperty("idempotency-key", "k");
            client.send(publish5(1, 1, "records/default", HELLO, key)).expectPuback(1);
            client.send(publish5(1, 2, "records/default", HELLO, key)).expectPuback(2);
            client.send(publish5(1, 3, "records/default/k", HELLO)).expectPuback(3);
            client.send(publish5(1, 4, "records/default", new byte[] {1}, key));
            var conflict = client.expectReason(4, 0x83);
            assertEquals(4, conflict.id());
            assertTrue(conflict.contains("as record 0"), conflict.toString());
            client.send(publish5(1, 5, "records/default", HELLO)).expectPuback(5);
            assertEquals(2, rig.intake.journal.size());
        }
    }

    @Test
    void aConflictIn311EndsTheConnectionAfterWhatWasAcknowledged() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var client = rig.client().welcome3("c")) {
            client.send(
                    publish3(1, 1, "records/default/k", "hello"),
                    publish3(1, 2, "records/default/k", "hullo"),
                    bytes(0xc0, 0));
            client.expect("d0: ");
            rig.intake.step();
            client.expectPuback(1);
            assertTrue(client.isHungUp());
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void topicsThatAreNotForRecordsAre0x90AndEndA311Connection() throws Exception {
        String[] wrong = {
            "somewhere/else",
            "records",
            "records/",
            "records/UPPER",
            "records/default/",
            "records/default/a/b",
            "Records/default",
            "records/nobody-knows-this",
            "records/sealpost.start",
            "records/default/" + "k".repeat(256),
            "records/default/" + "ü".repeat(250) + "x".repeat(600)
        };
        try (var rig = new MqttRig()) {
            try (var five = rig.client()) {
                five.welcome5("c");
                int id = 0;
                for (String topic : wrong) {
                    var refused = five.send(publish5(1, ++id, topic, HELLO)).expectReason(4, 0x90);
                    assertEquals(id, refused.id(), topic);
                    assertTrue(refused.rest().length > 20, "says why");
                }
                five.send(publish5(1, 99, "records/default", HELLO)).expectPuback(99);
            }
            for (String topic : wrong) {
                try (var three = rig.client().welcome3("d")) {
                    three.send(publish3(1, 1, topic, "hello"));
                    assertTrue(three.isHungUp(), topic);
                }
            }
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void whatComesAfterARefused311MessageIsNotTaken() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var client = rig.client().welcome3("c")) {
            client.send(
                    publish3(1, 1, "records/default", "first"),
                    publish3(1, 2, "elsewhere", "refused"),
                    publish3(1, 3, "records/default", "after"),
                    bytes(0xc0, 0));
            client.expect("d0: ");
            assertEquals(1, rig.intake.step(), "only the first was offered");
            client.expectPuback(1);
            assertTrue(client.isHungUp());
        }
    }

    @Test
    void whatIsTooLargeIsDisconnect0x95() throws Exception {
        try (var rig = new MqttRig()) {
            // Larger than a payload may be, larger than a packet may be, and larger than anybody would believe.
            for (int size : new int[] {4097, 9000, 3_000_000}) {
                for (int qos = 0; qos < 2; qos++) {
                    try (var five = rig.client();
                            var three = rig.client().welcome3("three")) {
                        five.welcome5("five");
                        try {
                            five.send(publish5(qos, 1, "records/default", new byte[size]));
                        } catch (IOException hungUpWhileSending) {
                            // The answer may come before all is sent.
                        }
                        five.expectReason(14, 0x95);
                        assertTrue(five.isHungUp());
                        try {
                            three.send(publish3(qos, 1, "records/default", "x".repeat(size)));
                        } catch (IOException hungUpWhileSending) {
                            // 3.1.1 is told nothing.
                        }
                        assertTrue(three.isHungUp());
                    }
                }
            }
            try (var five = rig.client()) {
                five.welcome5("five");
                five.send(publish5(1, 1, "records/default", new byte[4096])).expectPuback(1);
            }
            assertEquals(1, rig.intake.journal.size());
            assertTrue(rig.intake.metrics.droppedQos0.sum() >= 2);
        }
    }

    @Test
    void beyondTheQuotaOrWithAFullDiskTheReasonIs0x97() throws Exception {
        var config = new IntakeConfig(4096, 1000, 1 << 20, 10, 2, 95, Duration.ofSeconds(1));
        try (var rig = new MqttRig(config, MqttRig.config(), true);
                var five = rig.client()) {
            five.welcome5("c");
            five.send(publish5(1, 1, "records/default", HELLO)).expectPuback(1);
            five.send(publish5(1, 2, "records/default", HELLO)).expectPuback(2);
            assertTrue(five.send(publish5(1, 3, "records/default", HELLO))
                    .expectReason(4, 0x97)
                    .contains("at most 2"));
            rig.intake.usedPercent = 96;
            rig.intake.nanos.addAndGet(2_000_000_000L);
            five.send(publish5(1, 4, "records/default", HELLO)).receive();
            MqttRig.until(() -> {
                try {
                    return five.send(publish5(1, 5, "records/default", HELLO))
                            .receive()
                            .contains("no room");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            try (var three = rig.client().welcome3("d")) {
                three.send(publish3(1, 1, "records/default", "hello"));
                assertTrue(three.isHungUp());
            }
        }
    }

    @Test
    void qosZeroIsStoredAndWhatCannotBeTakenIsCounted() throws Exception {
        try (var rig = new MqttRig();
                var five = rig.client()) {
            five.welcome5("c");
            five.send(publish5(0, 0, "records/default", HELLO));
            five.send(publish5(0, 0, "elsewhere", HELLO));
            five.send(publish5(1, 1, "records/default", HELLO)).expectPuback(1);
            assertEquals(2, rig.intake.journal.size());
            assertEquals(1, rig.intake.metrics.droppedQos0.sum());
        }
    }

    @Test
    void qosTwoIsRefusedProperly() throws Exception {
        try (var rig = new MqttRig();
                var five = rig.client();
                var three = rig.client().welcome3("three")) {
            five.welcome5("five");
            five.send(publish5(2, 1, "records/default", HELLO)).expectReason(14, 0x9b);
            assertTrue(five.isHungUp());
            three.send(publish3(2, 1, "records/default", "hello"));
            assertTrue(three.isHungUp());
            assertEquals(0, rig.intake.journal.size());
        }
    }

    @Test
    void moreUnacknowledgedThanReceiveMaximumIs0x93() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var five = rig.client()) {
            five.welcome5("c");
            List<byte[]> all = new ArrayList<>();
            for (int i = 1; i <= 17; i++) all.add(publish5(1, i, "records/default", HELLO));
            five.send(all.toArray(byte[][]::new));
            five.expectReason(14, 0x93);
            assertTrue(five.isHungUp());
        }
    }

    /// 3.1.1 knows no Receive Maximum: reading pauses instead, and goes on as acknowledgements leave.
    @Test
    void a311ClientThatSendsAheadIsSlowedDownAndLosesNothing() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var client = rig.client().welcome3("c")) {
            int count = 20_000;
            var sender = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 1; i <= count; i++) client.send(publish3(1, i, "records/default", "message " + i));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            var turning = Thread.ofPlatform().daemon().start(() -> {
                while (rig.intake.journal.size() < count) {
                    if (rig.intake.step() == 0) Thread.onSpinWait();
                }
            });
            for (int i = 1; i <= count; i++) client.expectPuback(i);
            sender.join();
            turning.join();
            assertEquals(count, rig.intake.journal.size());
            for (int i : new int[] {0, 1, 777, count - 1}) {
                assertEquals("message " + (i + 1), IntakeRig.payload(rig.intake.journal.read(i)));
            }
        }
    }

    @Test
    void whileTheIntakeIsBusyMessagesWaitInOrderAndNoneIsLost() throws Exception {
        var tiny = new IntakeConfig(100, 3, 100, 1000, 0, 95, Duration.ofSeconds(1));
        try (var rig = new MqttRig(tiny, MqttRig.config(), true)) {
            List<Thread> senders = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                String id = "client-" + c;
                senders.add(Thread.ofPlatform().start(() -> {
                    try (var client = rig.client().welcome3(id)) {
                        for (int burst = 0; burst < 50; burst++) {
                            List<byte[]> all = new ArrayList<>();
                            for (int i = 1; i <= 10; i++) {
                                all.add(publish3(1, i, "records/default", id + " " + burst + " " + i));
                            }
                            client.send(all.toArray(byte[][]::new));
                            for (int i = 1; i <= 10; i++) client.expectPuback(i);
                        }
                    } catch (Throwable e) {
                        synchronized (failures) {
                            failures.add(e);
                        }
                    }
                }));
            }
            for (Thread sender : senders) sender.join();
            assertEquals(List.of(), failures);
            assertEquals(2000, rig.intake.journal.size());
            assertTrue(rig.intake.metrics.busy.sum() > 0, "the test must have met the bound");
        }
    }

    /// What ends the connection waits for its turn behind a message that the intake was too busy for; that one is
    /// offered all the same, else neither would ever be decided and nobody would read on.
    @Test
    void aRefused311MessageBehindOneThatIsHeldStillEndsTheConnection() throws Exception {
        var tiny = new IntakeConfig(100, 1, 100, 1000, 0, 95, Duration.ofSeconds(1));
        try (var rig = new MqttRig(tiny, MqttRig.config(), false);
                var client = rig.client().welcome3("c")) {
            rig.intake.offer("takes all the room");
            client.send(
                    publish3(1, 1, "records/default", "held"),
                    publish3(1, 2, "elsewhere", "refused"),
                    publish3(1, 3, "records/default", "after"),
                    bytes(0xc0, 0));
            client.expect("d0: ");
            assertEquals(1, rig.intake.step());
            MqttRig.until(() -> rig.intake.step() > 0);
            client.expectPuback(1);
            assertTrue(client.isHungUp());
            assertEquals(2, rig.intake.journal.size());
        }
    }

    @Test
    void acknowledgementsOfAGroupLeaveInOrderWhateverIsRefusedInBetween() throws Exception {
        try (var rig = new MqttRig(IntakeRig.config(), MqttRig.config(), false);
                var five = rig.client()) {
            five.welcome5("c");
            five.send(
                    publish5(1, 1, "records/default", HELLO),
                    publish5(1, 2, "elsewhere", HELLO),
                    publish5(1, 3, "records/default/k", HELLO),
                    publish5(1, 4, "records/nobody", HELLO),
                    publish5(1, 5, "records/default/k", new byte[] {1}),
                    publish5(1, 6, "records/default", HELLO),
                    bytes(0xc0, 0));
            five.expect("d0: ");
            rig.intake.step();
            five.expectPuback(1);
            assertEquals(2, five.expectReason(4, 0x90).id());
            five.expectPuback(3);
            assertEquals(4, five.expectReason(4, 0x90).id());
            assertEquals(5, five.expectReason(4, 0x83).id());
            five.expectPuback(6);
        }
    }

    @Test
    void rulesOfVersionFiveAreKept() throws Exception {
        try (var rig = new MqttRig()) {
            end(rig, 0x94, publish5(1, 1, "records/default", HELLO, bytes(0x23, 0, 1)));
            end(rig, 0x94, publish5(1, 1, "", HELLO, bytes(0x23, 0, 1)));
            end(rig, 0x82, publish5(1, 1, "", HELLO));
            end(rig, 0x82, publish5(1, 1, "records/default", HELLO, bytes(0x0b, 1)));
            end(
                    rig,
                    0x9a,
                    join(
                            bytes(0x33),
                            java.util.Arrays.copyOfRange(
                                    publish5(1, 1, "records/default", HELLO),
                                    1,
                                    publish5(1, 1, "records/default", HELLO).length)));
            end(rig, 0x82, RawMqtt.connect5("c", MqttRig.USER, MqttRig.PASSWORD));
            end(rig, 0x82, packet(0xf0, bytes(0x18, 0)));
            end(rig, 0x82, packet(0x40, bytes(0, 1)));
            end(rig, 0x81, publish5(1, 0, "records/default", HELLO));
            end(rig, 0x81, publish5(1, 1, "records/#", HELLO));
            end(rig, 0x81, packet(0x36, text("records/default"), bytes(0, 1, 0)));
            end(rig, 0x81, packet(0x32, bytes(0, 3, 0xff, 0xfe, 0xfd, 0, 1, 0)));
            end(
                    rig,
                    0x81,
                    bytes(
                            0x32, 5, 0, 15, 'r', 'e', 'c', 'o', 'r', 'd', 's', '/', 'd', 'e', 'f', 'a', 'u', 'l', 't',
                            0, 1, 0));
            end(rig, 0x81, bytes(0x32, 0xff, 0xff, 0xff, 0xff, 0xff));
            end(rig, 0x81, bytes(0xc0, 2, 0, 0));
            assertEquals(0, rig.intake.journal.size());
        }
    }

    private static void end(MqttRig rig, int reason, byte[] packet) throws Exception {
        try (var five = rig.client()) {
            five.welcome5("c");
            five.send(packet).expectReason(14, reason);
            assertTrue(five.isHungUp());
        }
        try (var three = rig.client().welcome3("c")) {
            three.send(bytes(0xc0, 0)).expect("d0: ");
        }
    }

    @Test
    void keysAndTypesThatCannotBeUsedAreNamed() throws Exception {
        try (var rig = new MqttRig();
                var five = rig.client()) {
            five.welcome5("c");
            byte[] key = userProperty("idempotency-key", "k");
            assertTrue(five.send(publish5(1, 1, "records/default", HELLO, join(key, key)))
                    .expectReason(4, 0x80)
                    .contains("idempotency-key"));
            five.send(publish5(1, 2, "records/default", HELLO, userProperty("idempotency-key", "")))
                    .expectReason(4, 0x80);
            five.send(publish5(1, 3, "records/default/other", HELLO, key)).expectReason(4, 0x80);
            five.send(publish5(1, 4, "records/default", HELLO, join(bytes(0x03), text("t".repeat(256)))))
                    .expectReason(4, 0x80);
            five.send(publish5(1, 5, "records/default", new byte[] {(byte) 0xff}, bytes(0x01, 1)))
                    .expectReason(4, 0x99);
            five.send(publish5(1, 6, "records/default/k", HELLO, key)).expectPuback(6);
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void textsAreLeftOutForClientsThatWantNone() throws Exception {
        try (var rig = new MqttRig();
                var quiet = rig.client();
                var small = rig.client()) {
            quiet.welcome5("quiet", bytes(0x17, 0));
            quiet.send(publish5(1, 1, "elsewhere", HELLO)).expect("40: 00019000");
            small.welcome5("small", bytes(0x27, 0, 0, 0, 100));
            small.send(publish5(1, 1, "elsewhere", HELLO)).expect("40: 00019000");
            small.send(publish5(2, 1, "records/default", HELLO)).expect("e0: 9b00");
        }
    }

    @Test
    void subscriptionsAreRefusedAndOldQosTwoMessagesForgotten() throws Exception {
        try (var rig = new MqttRig();
                var five = rig.client();
                var three = rig.client().welcome3("three")) {
            five.welcome5("five");
            five.send(packet(0x82, bytes(0, 1, 0), text("receipts/five"), bytes(1), text("#"), bytes(0)))
                    .expect("90: 0001008383");
            three.send(packet(0x82, bytes(0, 1), text("receipts/three"), bytes(1)))
                    .expect("90: 000180");
            five.send(packet(0xa2, bytes(0, 2, 0), text("#"))).expect("b0: 00020011");
            three.send(packet(0xa2, bytes(0, 2), text("#"))).expect("b0: 0002");
            five.send(packet(0x62, bytes(0, 3))).expect("70: 000392");
            three.send(packet(0x62, bytes(0, 3))).expect("70: 0003");
            five.send(packet(0x82, bytes(0, 4, 0))).expectReason(14, 0x82);
        }
    }

    @Test
    void aClientThatVanishesInTheMiddleOfAMessageLeavesNoTrace() throws Exception {
        try (var rig = new MqttRig()) {
            for (int i = 0; i < 20; i++) {
                var client = rig.client().welcome3("c" + i);
                byte[] message = publish3(1, 1, "records/default", "x".repeat(3000));
                client.send(java.util.Arrays.copyOf(message, 1 + i * 150));
                client.vanish();
            }
            MqttRig.until(() -> rig.capture.openConnections() == 0);
            assertEquals(0, rig.intake.journal.size());
        }
    }

    /// Answers that nobody reads fill the system's buffers first, then ours: then nothing more is read, and all goes on
    /// when the client reads again.
    @Test
    void aClientThatDoesNotReadItsAnswersIsReadNoFurther() throws Exception {
        try (var rig = new MqttRig();
                var client = rig.client().welcome3("c")) {
            byte[][] topics = new byte[2000][];
            for (int i = 0; i < topics.length; i++) topics[i] = bytes(0, 1, 'x', 1);
            byte[] subscribe = packet(0x82, bytes(0, 1), join(topics));
            var sent = new java.util.concurrent.atomic.AtomicInteger();
            var stop = new java.util.concurrent.atomic.AtomicBoolean();
            var sender = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (!stop.get()) {
                        client.send(subscribe);
                        sent.incrementAndGet();
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            MqttRig.until(() -> rig.capture.connections().all().stream().anyMatch(MqttConnection::isPaused));
            stop.set(true);
            int answered = 0;
            while (sender.isAlive() || answered < sent.get()) {
                assertEquals(2002, client.receive().rest().length);
                answered++;
            }
            client.send(publish3(1, 9, "records/default", "still fine")).expectPuback(9);
        }
    }

    @Test
    void aHalfReadQueueOfMessagesIsHeldWhileTheIntakeIsBusyAndDroppedWithItsConnection() throws Exception {
        var tiny = new IntakeConfig(100, 1, 100, 1000, 0, 95, Duration.ofSeconds(1));
        try (var rig = new MqttRig(tiny, MqttRig.config(), false)) {
            rig.intake.offer("fills the room");
            var client = rig.client().welcome3("c");
            client.send(
                    publish3(0, 0, "records/default", "zero"),
                    publish3(1, 1, "records/default", "one"),
                    publish3(0, 0, "records/default", "zero"));
            MqttRig.until(() -> rig.capture.connections().all().stream().anyMatch(MqttConnection::isPaused));
            rig.capture.connections().all().forEach(MqttConnection::shutDown);
            assertTrue(client.isHungUp());
            MqttRig.until(() -> rig.intake.metrics.droppedQos0.sum() == 2);
            rig.intake.step();
            assertEquals(1, rig.intake.journal.size());
            client.close();
        }
    }

    /// Three half packets fit what may be kept, a fourth does not; those that were there first are not harmed.
    @Test
    void halfPacketsOfAllConnectionsTogetherAreBounded() throws Exception {
        var config = new IntakeConfig(1 << 20, 1000, 1 << 20, 1000, 0, 95, Duration.ofSeconds(1));
        try (var rig = new MqttRig(config, MqttRig.config(), true)) {
            byte[] whole = publish5(1, 1, "records/default", new byte[500_000]);
            int half = 330_000;
            List<RawMqtt> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var client = rig.client();
                client.welcome5("c" + i);
                clients.add(client);
            }
            for (int i = 0; i < 3; i++) {
                clients.get(i).send(java.util.Arrays.copyOf(whole, half));
                int at = i + 1;
                MqttRig.until(() -> rig.capture.partialBytes() >= at * (half - (64L << 10)));
            }
            try {
                clients.get(3).send(java.util.Arrays.copyOf(whole, half));
            } catch (IOException hungUpWhileSending) {
                // The answer may come before all is sent.
            }
            clients.get(3).expectReason(14, 0x97);
            for (int i = 0; i < 3; i++) {
                clients.get(i).send(java.util.Arrays.copyOfRange(whole, half, whole.length));
                clients.get(i).expectPuback(1);
                clients.get(i).send(bytes(0xc0, 0)).expect("d0: ");
            }
            MqttRig.until(() -> rig.capture.partialBytes() == 0);
            for (RawMqtt client : clients) client.close();
        }
    }

    @Test
    void severalEventLoopsShareOnePortAndTheOrderOfEachConnection() throws Exception {
        var config = new MqttConfig("127.0.0.1", 0, 3, 100, 64, Duration.ofSeconds(10));
        try (var rig = new MqttRig(IntakeRig.config(), config, true)) {
            List<RawMqtt> clients = new ArrayList<>();
            for (int c = 0; c < 9; c++) clients.add(rig.client().welcome3("c" + c));
            byte[][] all = new byte[50][];
            for (int i = 0; i < 50; i++) all[i] = publish3(1, i + 1, "records/default", "m" + i);
            for (RawMqtt client : clients) client.send(all);
            for (RawMqtt client : clients) {
                for (int i = 0; i < 50; i++) client.expectPuback(i + 1);
                client.close();
            }
            assertEquals(450, rig.intake.journal.size());
        }
    }

    /// Random bytes, and good packets with one byte changed: whatever comes, the server answers the next client.
    @Test
    void rubbishNeitherHangsNorHarmsOthers() throws Exception {
        long seed = System.nanoTime();
        System.out.println("MqttPublishTest seed " + seed);
        var random = new java.util.Random(seed);
        var config = new MqttConfig("127.0.0.1", 0, 1, 1000, 16, Duration.ofSeconds(10));
        try (var rig = new MqttRig(IntakeRig.config(), config, true);
                var good = rig.client().welcome3("good")) {
            byte[] hello = join(
                    RawMqtt.connect5("bad", MqttRig.USER, MqttRig.PASSWORD),
                    publish5(1, 1, "records/default/k", HELLO, join(bytes(0x03), text("a/b"), userProperty("a", "b"))),
                    packet(0x82, bytes(0, 1, 0), text("x"), bytes(1)),
                    bytes(0xc0, 0));
            for (int i = 0; i < 300; i++) {
                byte[] bytes;
                if (i % 3 == 0) {
                    bytes = new byte[random.nextInt(200)];
                    random.nextBytes(bytes);
                } else {
                    bytes = hello.clone();
                    for (int change = random.nextInt(3); change >= 0; change--) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    }
                }
                var bad = rig.client();
                bad.send(bytes);
                bad.vanish();
            }
            good.send(publish3(1, 1, "records/default", "still here")).expectPuback(1);
            MqttRig.until(() -> rig.capture.openConnections() == 1);
        }
    }

    @Test
    void configurationsThatCannotWorkAreRefused() {
        assertFalse(MqttConfig.defaults().receiveMaximum() > 65_535);
        org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class,
                () -> new MqttConfig("127.0.0.1", 0, 1, 100, 0, Duration.ofSeconds(10)));
        org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class, () -> new MqttConfig(" ", 0, 1, 100, 16, Duration.ofSeconds(10)));
    }
}
