package org.sealpost.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SettingsRefused;

/// A settings document of sensors as a file, whatever lies there: no more of it is held than a document may have.
final class SensorsFile {
    private SensorsFile() {}

    /// @throws IOException if it cannot be read, or is no UTF-8
    static String read(Path file) throws IOException, SettingsRefused {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(SensorSettings.MAX_SIZE_BYTES + 1);
        }
        if (bytes.length > SensorSettings.MAX_SIZE_BYTES) throw SensorSettings.tooLarge();
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
