package org.sealpost.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProfilesTest {
    @Test
    void outsidersFindWhatIsInForceAndNeverTheBoxesOwn() {
        var epcis = new Profile("epcis", 3);
        var profiles = Profiles.of(List.of(epcis));
        assertEquals(Optional.of(Profiles.DEFAULT), profiles.find("default"));
        assertEquals(Optional.of(epcis), profiles.find("epcis"));
        assertEquals(Optional.empty(), profiles.find("dcsa"));
        assertEquals(Optional.empty(), profiles.find("sealpost.start"));
        assertEquals(Optional.of(new Profile("sealpost.start", 1)), profiles.findForBox("sealpost.start"));
        assertEquals(Optional.of(epcis), profiles.findForBox("epcis"));
        assertEquals(Optional.empty(), profiles.findForBox("sealpost.NOT A NAME"));
        assertEquals(Optional.empty(), profiles.find("sensor.reading"));
        assertEquals(Optional.empty(), profiles.findForBox("sensor.reading"));
        assertEquals(Optional.of(Profiles.SENSOR_READING), profiles.findForSensor("sensor.reading"));
        assertEquals(Optional.of(Profiles.SENSOR_GAP), profiles.findForSensor("sensor.gap"));
        for (var name : List.of("default", "epcis", "sealpost.start", "sensor.other")) {
            assertEquals(Optional.empty(), profiles.findForSensor(name));
        }
    }

    @Test
    void reservedNamesAndNamesGivenTwiceAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Profiles.of(List.of(new Profile("sealpost.mine", 1))));
        assertThrows(IllegalArgumentException.class, () -> Profiles.of(List.of(new Profile("sensor.mine", 1))));
        assertThrows(IllegalArgumentException.class, () -> Profiles.of(List.of(new Profile("default", 2))));
        assertThrows(IllegalArgumentException.class, () -> new Profile("Upper", 1));
        assertThrows(IllegalArgumentException.class, () -> new Profile("fine", 0));
    }

    @Test
    void aBusinessKeyIsAJsonPointer() {
        for (var pointer : List.of("/container", "/a/b~1c/0", "/")) {
            assertEquals(Optional.of(pointer), new Profile("fine", 1, Optional.of(pointer)).businessKey());
        }
        for (var wrong : List.of("", "container", "/a~2", "/" + "x".repeat(255))) {
            assertThrows(IllegalArgumentException.class, () -> new Profile("fine", 1, Optional.of(wrong)));
        }
    }
}
