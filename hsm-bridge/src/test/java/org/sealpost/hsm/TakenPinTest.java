package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TakenPinTest {
    @TempDir
    Path folder;

    @Test
    void itIsOfOneVersionOfThePinFileAndOfOneToken() throws Exception {
        Path pinFile = folder.resolve("pin");
        SoftHsm.write(pinFile, "1234");
        var pins = new PinFolder(pinFile);
        var taken = new TakenPin(pins);
        String version = pins.pinVersion();
        assertFalse(taken.is(version, "4711"));
        taken.note(version, "4711");
        assertTrue(new TakenPin(pins).is(pins.pinVersion(), "4711"));
        assertFalse(taken.is(version, "4712"));
        assertFalse(Files.readString(taken.file()).contains("1234"));

        SoftHsm.write(pinFile, "4321");
        assertFalse(taken.is(pins.pinVersion(), "4711"));

        taken.forget();
        assertFalse(taken.is(version, "4711"));
        Files.writeString(taken.file(), "other");
        assertFalse(taken.is(version, "4711"));
    }
}
