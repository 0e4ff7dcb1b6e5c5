package org.sealpost.sensor.serial;

import com.fazecast.jSerialComm.SerialPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.AdapterKind;
import org.sealpost.sensor.AdapterSettings;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.SerialSettings;

/// Serial lines, and what the USB devices behind them say of themselves.
public final class SerialKind implements AdapterKind {
    @Override
    public String name() {
        return "serial";
    }

    @Override
    public Adapter adapter(AdapterSettings settings) {
        return new SerialAdapter((SerialSettings) settings);
    }

    @Override
    public List<Discovered> discover() throws SensorSetback {
        SerialLibrary.prepare();
        List<Discovered> found = new ArrayList<>();
        try {
            for (SerialPort port : SerialPort.getCommPorts()) found.add(discovered(port));
        } catch (LinkageError e) {
            throw SerialLibrary.unusable(e);
        }
        return found;
    }

    private static Discovered discovered(SerialPort port) {
        String path = port.getSystemPortPath();
        String description = plain(port.getPortDescription());
        if (port.getVendorID() > 0) {
            description += ", USB %04x:%04x, made by %s, serial number %s"
                    .formatted(
                            port.getVendorID(),
                            port.getProductID(),
                            plain(port.getManufacturer()),
                            plain(port.getSerialNumber()));
        }
        return new Discovered("serial", path, description, toml(path));
    }

    /// Settings to begin with: a reader whose lines are recorded as they come.
    static String toml(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9-]", "-");
        return """
                [sensor.%s]
                kind = "serial"
                port = "%s"
                baud = 9600
                frame-end = "\\r\\n"
                frame = '^(?<text>.{1,80})$'
                """.formatted(name.substring(0, Math.min(32, name.length())), path);
    }

    /// What a device says of itself may be anything.
    private static String plain(String said) {
        String text = said == null ? "" : said.replaceAll("[^ -~]", "?").strip();
        return text.isEmpty() ? "unknown" : text.substring(0, Math.min(80, text.length()));
    }
}
