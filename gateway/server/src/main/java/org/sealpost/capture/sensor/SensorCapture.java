package org.sealpost.capture.sensor;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Receipt;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.SourceKind;
import org.sealpost.sensor.Gap;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands what sensors say to the intake, and tells the sensor's thread whether it is durable.
///
/// Waits for the disk: it is called on threads of the sensors, never on an event loop. There is no key, since a
/// reading that was refused left no trace and one that was taken is never offered again.
public final class SensorCapture implements SensorListener {
    private static final Logger LOG = LoggerFactory.getLogger(SensorCapture.class);
    private static final String CLIENT_PREFIX = "sensor:";
    private static final String MEDIA_TYPE = "application/json";

    private final Intake intake;
    private final Map<String, RecordedReading> newest = new ConcurrentHashMap<>();

    public SensorCapture(Intake intake) {
        this.intake = intake;
    }

    /// Whether records of a client are those of a sensor. No other client has such a name.
    public static boolean isSensor(String client) {
        return client.startsWith(CLIENT_PREFIX);
    }

    @Override
    public boolean take(Reading reading) {
        var receipt = offer(reading.sensor(), reading.kind(), Profiles.SENSOR_READING, SensorJson.of(reading));
        receipt.ifPresent(durable -> newest.put(reading.sensor(), new RecordedReading(reading, durable)));
        return receipt.isPresent();
    }

    @Override
    public boolean take(Gap gap) {
        return offer(gap.sensor(), gap.kind(), Profiles.SENSOR_GAP, SensorJson.of(gap))
                .isPresent();
    }

    /// A sensor's newest reading that is durable, since the start; empty if there is none.
    public Optional<RecordedReading> newest(String sensor) {
        return Optional.ofNullable(newest.get(sensor));
    }

    private Optional<Receipt> offer(String sensor, String kind, Profile profile, byte[] content) {
        var record = new CapturedRecord(
                SourceKind.SENSOR, CLIENT_PREFIX + sensor, Optional.empty(), kind, profile.name(), MEDIA_TYPE, content);
        var reply = new AwaitedReply();
        intake.offer(record, reply);
        return switch (await(reply)) {
            case IntakeOutcome.Accepted(var receipt) -> Optional.of(receipt);
            case IntakeOutcome.Busy _ -> Optional.empty();
            case IntakeOutcome.Refused(var problem) -> {
                LOG.debug("{} of sensor {} was not taken: {}", profile.name(), sensor, problem.title());
                yield Optional.empty();
            }
            case IntakeOutcome.Repeated _, IntakeOutcome.Conflict _ ->
                throw new IllegalStateException("without a key nothing is a repeat");
        };
    }

    /// Interrupted, the sensor is being closed: nothing is offered again, whatever became of it.
    private static IntakeOutcome await(AwaitedReply reply) {
        try {
            return reply.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new IntakeOutcome.Busy(Duration.ZERO);
        }
    }
}
