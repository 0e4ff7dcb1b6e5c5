package org.sealpost.profile;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.record.HeaderLeaf;

/// The profiles in force. Immutable, for any thread.
public final class Profiles {
    /// Takes anything, as it comes.
    public static final Profile DEFAULT = new Profile("default", 1);

    /// Names that begin with this are the box's own; nobody outside may use them.
    public static final String RESERVED = "sealpost.";

    /// The box's own record of each start.
    public static final String START = RESERVED + "start";

    /// What a sensor said.
    public static final Profile SENSOR_READING = new Profile("sensor.reading", 1);

    /// What a sensor did not say.
    public static final Profile SENSOR_GAP = new Profile("sensor.gap", 1);

    /// Names that begin with this are those of the box's sensors.
    private static final String OF_SENSORS = "sensor.";

    private final Map<String, Profile> byName;

    private Profiles(Map<String, Profile> byName) {
        this.byName = byName;
    }

    /// The profile `default` alone.
    public static Profiles onlyDefault() {
        return of(List.of());
    }

    /// The profile `default` and those given.
    ///
    /// @throws IllegalArgumentException if a name is given twice or is reserved
    public static Profiles of(List<Profile> profiles) {
        Map<String, Profile> byName = new HashMap<>();
        byName.put(DEFAULT.name(), DEFAULT);
        for (Profile profile : profiles) {
            if (isReserved(profile.name())) {
                throw new IllegalArgumentException("profile " + profile.name() + ": names beginning with " + RESERVED
                        + " or " + OF_SENSORS + " are reserved for the box itself and its sensors");
            }
            if (profile.name().equals(DEFAULT.name())) {
                throw new IllegalArgumentException("profile " + DEFAULT.name()
                        + ": it is there without being declared, and takes anything; give yours another name");
            }
            if (byName.put(profile.name(), profile) != null) {
                throw new IllegalArgumentException("profile " + profile.name() + " is given twice");
            }
        }
        return new Profiles(byName);
    }

    /// All that clients may name, by their names.
    public List<Profile> all() {
        return byName.values().stream()
                .sorted(Comparator.comparing(Profile::name))
                .toList();
    }

    /// The profile that a client's record may name; empty if there is none, or if it is the box's own.
    public Optional<Profile> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The profile of a record that the box makes itself: those in force, and any reserved name in version 1.
    public Optional<Profile> findForBox(String name) {
        return name.startsWith(RESERVED) && HeaderLeaf.isProfile(name) ? Optional.of(new Profile(name, 1)) : find(name);
    }

    /// The profile of what a sensor of this box says or does not say; empty for every other name.
    public Optional<Profile> findForSensor(String name) {
        return Stream.of(SENSOR_READING, SENSOR_GAP)
                .filter(profile -> profile.name().equals(name))
                .findFirst();
    }

    /// Whether a profile of this name is there without being declared, and holds what clients or sensors say.
    public static boolean isBuiltIn(String name) {
        return Stream.of(DEFAULT, SENSOR_READING, SENSOR_GAP)
                .anyMatch(profile -> profile.name().equals(name));
    }

    /// Whether no client may name it.
    public static boolean isReserved(String name) {
        return name.startsWith(RESERVED) || name.startsWith(OF_SENSORS);
    }
}
