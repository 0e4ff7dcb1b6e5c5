package org.sealpost.sensor.serial;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sealpost.sensor.SensorSetback;

/// Sees to it that jSerialComm finds its native library.
///
/// Left alone it unpacks it into a folder below `java.io.tmpdir` that everybody may write to, and deletes that folder
/// for other processes. So, where the property `jSerialComm.library.path` does not name a folder that has it, as on a
/// box, it is unpacked into a folder that only this user can read.
final class SerialLibrary {
    static final String PROPERTY = "jSerialComm.library.path";
    private static final String FILE = "libjSerialComm.so";

    private SerialLibrary() {}

    static synchronized void prepare() throws SensorSetback {
        if (System.getProperty(PROPERTY) != null) return;
        String place =
                "/Linux/" + (System.getProperty("os.arch").equals("aarch64") ? "armv8_64" : "x86_64") + "/" + FILE;
        try (InputStream packed = SerialLibrary.class.getResourceAsStream(place)) {
            if (packed == null) throw new IOException("the library's jar has no " + place);
            Path folder = Files.createTempDirectory("sealpost-serial");
            folder.toFile().deleteOnExit();
            Path library = folder.resolve(FILE);
            library.toFile().deleteOnExit();
            Files.copy(packed, library);
            System.setProperty(PROPERTY, folder.toString());
        } catch (IOException e) {
            throw new SensorSetback(
                    "the library for serial lines cannot be unpacked: " + e.getMessage(),
                    "Make room in the folder for temporary files, or name a folder with " + FILE + " by the property "
                            + PROPERTY + ".",
                    e);
        }
    }

    static SensorSetback unusable(LinkageError error) {
        return new SensorSetback(
                "the library for serial lines cannot be loaded: " + error.getMessage(),
                "The folder that the property " + PROPERTY + " names has to have " + FILE
                        + " of this machine, and has to allow programs.",
                error);
    }
}
