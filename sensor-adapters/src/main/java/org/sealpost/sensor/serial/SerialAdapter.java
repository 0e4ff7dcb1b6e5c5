package org.sealpost.sensor.serial;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.SerialSettings;

/// Listens at a serial line. The port is found by its path each time, so that one that was unplugged and comes back is
/// opened again, whatever device now has that path.
final class SerialAdapter implements Adapter {
    private static final int READ_MILLIS = 1000;
    /// A frame that begins so soon after the opening may have begun before it.
    private static final long SETTLING_MILLIS = 100;
    private static final int PERMISSION_DENIED = 13;
    private static final int BUSY = 16;

    private final SerialSettings settings;
    private final Path path;
    private final FrameSplitter splitter;
    private final FrameReader reader;
    private final byte[] buffer = new byte[1024];
    private final Deque<Sample> pending = new ArrayDeque<>();
    private long openedAt;
    private boolean hasSpoken;

    // Written by the adapter's thread; closed from any.
    private volatile @Nullable SerialPort port;
    private volatile boolean isClosed;

    SerialAdapter(SerialSettings settings) {
        this.settings = settings;
        this.path = Path.of(settings.port());
        this.splitter =
                new FrameSplitter(settings.frameEnd().getBytes(StandardCharsets.ISO_8859_1), settings.maxFrame());
        this.reader = new FrameReader(settings);
    }

    @Override
    public String description() {
        return settings.port() + " at " + settings.baud() + " baud";
    }

    @Override
    public Duration patience() {
        return Duration.ofMillis(2 * READ_MILLIS);
    }

    @Override
    public void open() throws SensorSetback {
        if (!Files.exists(path)) throw missing("there is no " + path);
        if (!Terminals.is(path)) throw noPort(null);
        SerialLibrary.prepare();
        try {
            SerialPort found = SerialPort.getCommPort(path.toString());
            port = found;
            found.setComPortParameters(settings.baud(), settings.dataBits(), stopBits(), parity());
            found.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
            found.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, READ_MILLIS, 0);
            // 0: without a wait before it.
            if (!found.openPort(0)) throw notOpened(found.getLastErrorCode());
            // What came while nobody listened is older than it would seem.
            found.flushIOBuffers();
        } catch (SerialPortInvalidPortException e) {
            throw noPort(e);
        } catch (LinkageError e) {
            throw SerialLibrary.unusable(e);
        }
        openedAt = System.nanoTime();
        if (isClosed) close();
    }

    private SensorSetback noPort(@Nullable Throwable why) {
        String cause = path + " is no serial port";
        String remedy = "Give another port; sealpost sensor discover names them.";
        return why == null ? new SensorSetback(cause, remedy) : new SensorSetback(cause, remedy, why);
    }

    private SensorSetback notOpened(int error) {
        return switch (error) {
            case PERMISSION_DENIED ->
                new SensorSetback(
                        path + " may not be opened by this user",
                        "Put the user of the gateway into the group dialout.");
            case BUSY ->
                new SensorSetback(
                        path + " is in use by another program", "End the other program, or give another port.");
            default ->
                new SensorSetback(
                        path + " cannot be opened (error " + error + ")",
                        "Look whether the device is what the settings say: speed, data bits, parity, stop bits.");
        };
    }

    @Override
    public Sample read() throws SensorSetback {
        SerialPort open = port;
        if (open == null) throw missing(path + " is not open");
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READ_MILLIS);
        while (pending.isEmpty() && end - System.nanoTime() > 0) {
            long began = System.nanoTime();
            int count = open.readBytes(buffer, buffer.length);
            if (count > 0) {
                take(count);
            } else {
                checkLine(count, System.nanoTime() - began);
            }
        }
        if (pending.isEmpty()) return new Sample.Nothing();
        if (pending.size() == 1) return pending.remove();
        List<Sample> several = new ArrayList<>();
        while (!pending.isEmpty() && several.size() < Sample.Several.MAX) several.add(pending.remove());
        return new Sample.Several(several);
    }

    private void take(int count) {
        if (!hasSpoken) {
            hasSpoken = true;
            if (System.nanoTime() - openedAt < TimeUnit.MILLISECONDS.toNanos(SETTLING_MILLIS)) {
                splitter.dropTheRestOfAFrame();
            }
        }
        for (FrameSplitter.Frame frame : splitter.add(buffer, count)) {
            pending.add(
                    frame.isTooLong()
                            ? Sample.Nonsense.of(
                                    frame.bytes(),
                                    "a frame has at most " + settings.maxFrame() + " bytes before its end")
                            : reader.read(frame.bytes()));
        }
    }

    // A line that is hung up gives nothing at once, instead of after the wait.
    private void checkLine(int count, long nanos) throws SensorSetback {
        if (!Files.exists(path)) throw missing("the device was unplugged: " + path + " is gone");
        boolean hungUp = count == 0 && nanos < TimeUnit.MILLISECONDS.toNanos(READ_MILLIS / 10);
        if (count < 0 || hungUp) throw missing("the line was hung up: " + path + " gives nothing any more");
    }

    private static SensorSetback missing(String cause) {
        return new SensorSetback(cause, "Plug the device in; it is opened again by itself.");
    }

    private int stopBits() {
        return settings.stopBits() == 2 ? SerialPort.TWO_STOP_BITS : SerialPort.ONE_STOP_BIT;
    }

    private int parity() {
        return switch (settings.parity()) {
            case NONE -> SerialPort.NO_PARITY;
            case EVEN -> SerialPort.EVEN_PARITY;
            case ODD -> SerialPort.ODD_PARITY;
        };
    }

    @Override
    public void close() {
        isClosed = true;
        SerialPort open = port;
        if (open != null) open.closePort();
    }
}
