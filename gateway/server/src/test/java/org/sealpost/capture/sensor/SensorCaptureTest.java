package org.sealpost.capture.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.IntakeRig;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.SourceKind;
import org.sealpost.sensor.Gap;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Raw;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorListener;
import org.sealpost.sensor.Value;

class SensorCaptureTest {
    private static final Instant TEN = Instant.parse("2026-11-25T10:00:00Z");

    /// Letter by letter what docs/sensors.md shows: an ST frame of a weighing indicator.
    @Test
    void aReadingIsRecordedAsTheSpecificationShows() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var capture = new SensorCapture(rig.intake);
        assertTrue(capture.newest("scale").isEmpty());
        assertTrue(taken(rig, capture, scale("1250.5")));
        var entry = rig.journal.read(0);
        assertEquals(
                "{\"sensor\":\"scale\",\"kind\":\"serial\",\"value\":\"1250.5\",\"unit\":\"kg\",\"quality\":\"good\","
                        + "\"deviceTime\":null,\"raw\":\"U1QsR1MsKzAwMTI1MC41a2cNCg==\",\"rawSha256\":null}",
                IntakeRig.payload(entry));
        var leaf = (HeaderLeaf) Leaf.parse(entry.leaf());
        assertEquals("sensor.reading", leaf.profile());
        assertEquals(SourceKind.SENSOR, leaf.source());
        assertEquals("sensor:scale", IntakeRig.source(entry).client());
        assertEquals("serial", IntakeRig.source(entry).where());
        assertEquals(Optional.empty(), IntakeRig.source(entry).idempotencyKey());
        assertEquals("application/json", IntakeRig.content(entry).mediaType());
        var newest = capture.newest("scale").orElseThrow();
        assertEquals(0, newest.receipt().index());
        assertEquals("1250.5 kg", newest.reading().words());
    }

    @Test
    void aGapIsRecordedAsTheSpecificationShows() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var capture = new SensorCapture(rig.intake);
        var unplugged = "the device was unplugged: /dev/ttyUSB0 is gone";
        assertTrue(taken(
                rig, capture, new Gap("scale", "serial", TEN, TEN.plusSeconds(35), OptionalLong.empty(), unplugged)));
        assertEquals(
                "{\"sensor\":\"scale\",\"kind\":\"serial\",\"from\":\"2026-11-25T10:00:00.000Z\","
                        + "\"to\":\"2026-11-25T10:00:35.000Z\",\"missed\":null,\"cause\":\"" + unplugged + "\"}",
                IntakeRig.payload(rig.journal.read(0)));
        assertEquals("sensor.gap", ((HeaderLeaf) Leaf.parse(rig.journal.read(0).leaf())).profile());
        assertTrue(taken(rig, capture, new Gap("tank", "modbus", TEN, TEN, OptionalLong.of(4), "a \"b\"\n")));
        assertTrue(IntakeRig.payload(rig.journal.read(1)).endsWith("\"missed\":4,\"cause\":\"a \\\"b\\\"\\n\"}"));
        assertTrue(capture.newest("scale").isEmpty(), "a gap is no reading");
    }

    @Test
    void everyKindOfValueHasItsForm() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var capture = new SensorCapture(rig.intake);
        var contact = new Reading(
                "gate",
                "contact",
                new Value.Truth(true),
                "1",
                Quality.UNCERTAIN,
                Optional.of(TEN.plusMillis(7)),
                Raw.of(new byte[] {1}));
        assertTrue(taken(rig, capture, contact));
        assertEquals(
                "{\"sensor\":\"gate\",\"kind\":\"contact\",\"value\":true,\"unit\":\"1\",\"quality\":\"uncertain\","
                        + "\"deviceTime\":\"2026-11-25T10:00:00.007Z\",\"raw\":\"AQ==\",\"rawSha256\":null}",
                IntakeRig.payload(rig.journal.read(0)));
        var code = new Reading(
                "code",
                "serial",
                new Value.Text("Tor \u00e4\u0001"),
                "1",
                Quality.GOOD,
                Optional.empty(),
                Raw.of(new byte[257]));
        assertTrue(taken(rig, capture, code));
        var text = IntakeRig.payload(rig.journal.read(1));
        assertTrue(text.contains("\"value\":\"Tor \u00e4\\u0001\""), text);
        // SHA-256 of 257 zeros.
        assertTrue(
                text.endsWith(
                        "\"raw\":null,\"rawSha256\":\"6c934d0cdf9dba94b474d6d1929f16739bd9a8ed31d0c3bcaf82c283fb7a3568\"}"),
                text);
    }

    /// What is offered again after a refusal must not be in the log twice.
    @Test
    void whatTheIntakeCannotTakeNowIsNotTakenAndLeavesNoTrace() throws Exception {
        var standard = IntakeRig.config();
        var rig = new IntakeRig(
                new IntakeConfig(standard.maxPayloadBytes(), 1, 1 << 20, 1000, 0, 95, standard.diskCheckEvery()));
        var capture = new SensorCapture(rig.intake);
        var other = rig.offer("fills the intake");
        assertFalse(capture.take(scale("1")), "busy");
        rig.step();
        assertEquals(0, other.index());
        rig.usedPercent = 99;
        rig.nanos.addAndGet(standard.diskCheckEvery().toNanos());
        rig.step();
        assertFalse(capture.take(scale("1")), "disk full");
        assertEquals(1, rig.journal.size());
        rig.usedPercent = 10;
        rig.nanos.addAndGet(standard.diskCheckEvery().toNanos());
        rig.step();
        assertTrue(taken(rig, capture, scale("1")));
        assertEquals(2, rig.journal.size());
        rig.intake.close();
        assertFalse(capture.take(scale("2")), "closed");
    }

    @Test
    void aSensorThatIsClosedMeanwhileDoesNotWaitForTheDisk() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var capture = new SensorCapture(rig.intake);
        var taken = new CompletableFuture<Boolean>();
        var thread = Thread.ofPlatform().start(() -> taken.complete(capture.take(scale("1"))));
        thread.interrupt();
        assertFalse(taken.get(60, TimeUnit.SECONDS));
        assertTrue(capture.newest("scale").isEmpty());
    }

    private static Reading scale(String digits) {
        return new Reading(
                "scale",
                "serial",
                new Value.Decimal(digits),
                "kg",
                Quality.GOOD,
                Optional.empty(),
                Raw.of("ST,GS,+001250.5kg\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean taken(IntakeRig rig, SensorListener capture, Reading reading) throws Exception {
        return turned(rig, CompletableFuture.supplyAsync(() -> capture.take(reading)));
    }

    private static boolean taken(IntakeRig rig, SensorListener capture, Gap gap) throws Exception {
        return turned(rig, CompletableFuture.supplyAsync(() -> capture.take(gap)));
    }

    /// Turns the intake by hand until the sensor's thread has its answer.
    private static boolean turned(IntakeRig rig, Future<Boolean> answer)
            throws ExecutionException, InterruptedException {
        while (!answer.isDone()) {
            rig.step();
            Thread.onSpinWait();
        }
        return answer.get();
    }
}
