package org.sealpost.sensor;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// Opens a sensor that nobody reads, and reads until it says something, on a thread that may be given up.
final class FirstReading {
    private static final long PAUSE_MILLIS = 250;

    private final ConfiguredSensor sensor;
    private final AdapterKind kind;
    private final BlockingQueue<Trial> outcome = new ArrayBlockingQueue<>(1);

    // What was seen meanwhile, for the words at the end; written by the trial's thread.
    private volatile String seen = "it could not be opened in that time";

    FirstReading(ConfiguredSensor sensor, AdapterKind kind) {
        this.sensor = sensor;
        this.kind = kind;
    }

    Trial within(Duration patience) throws InterruptedException {
        Adapter adapter;
        try {
            adapter = kind.adapter(sensor.adapter());
        } catch (RuntimeException | LinkageError e) {
            return failed(e);
        }
        AdapterThread thread = AdapterThread.platform("sensor-trial");
        thread.execute(() -> read(adapter));
        try {
            Trial trial = outcome.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return trial != null
                    ? trial
                    : Trial.failed(
                            sensor.name(), "It made no reading within " + Words.of(patience) + ": " + seen + ".");
        } finally {
            thread.interrupt();
            closeInAMoment(adapter);
        }
    }

    private void read(Adapter adapter) {
        try {
            adapter.open();
            seen = "it is open, and silent";
            while (outcome.isEmpty()) {
                Optional<Trial> trial = take(adapter.read());
                if (trial.isPresent()) {
                    outcome.offer(trial.get());
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError e) {
            outcome.offer(failed(e));
        }
    }

    private Optional<Trial> take(Sample sample) throws InterruptedException {
        return switch (sample) {
            case Sample.Measured(var value, var unit, var quality, var deviceTime, var raw) ->
                Optional.of(Trial.of(new Reading(sensor.name(), sensor.kind(), value, unit, quality, deviceTime, raw)));
            case Sample.Several several -> {
                Optional<Trial> first = Optional.empty();
                for (Sample each : several.samples()) {
                    if (first.isEmpty()) first = take(each);
                }
                yield first;
            }
            case Sample.Unsettled(String why) -> none(why);
            case Sample.Refused(String cause, String remedy) -> none(cause + " (" + remedy + ")");
            case Sample.Nonsense nonsense -> {
                Trouble trouble = Trouble.nonsense(nonsense);
                yield none(Trouble.shown(trouble.cause(), trouble.firstBytes()));
            }
            case Sample.Lost lost -> none(lost.cause());
            case Sample.Unchanged unchanged -> none("it said nothing new");
            case Sample.Nothing nothing -> Optional.empty();
        };
    }

    private Optional<Trial> none(String why) throws InterruptedException {
        seen = why;
        // What answers at once is not asked without end.
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        return Optional.empty();
    }

    private Trial failed(Throwable thrown) {
        Trouble trouble = Trouble.of(thrown);
        return Trial.failed(sensor.name(), trouble.cause() + ". " + trouble.remedy());
    }

    private static void closeInAMoment(Adapter adapter) throws InterruptedException {
        Thread closer = Thread.ofPlatform().daemon().name("sensor-closer").start(adapter::close);
        closer.join(Duration.ofSeconds(2));
    }
}
