package org.sealpost.hsm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the signing path leaves behind: signatures one at a time in a JVM in which whatever survives its
/// first young collection goes to the old generation at once (MaxTenuringThreshold=0), so that the old
/// generation's growth, by the collector's own log, is what survived.
record Survivors(String where, int signatures, int collections, long kibibytes) {
    private static final List<String> WATCHED =
            List.of("-XX:+UseSerialGC", "-Xms32m", "-Xmx32m", "-Xmn2m", "-XX:MaxTenuringThreshold=0");
    private static final Pattern TENURED = Pattern.compile("Tenured: (\\d+)K\\(\\d+K\\)->(\\d+)K");

    static Survivors inside(Place place, int count) throws IOException {
        Path log = place.folder().resolve("inside.gc");
        return measure(Field.INSIDE, place, "inside", log, count, watched(log), Map.of());
    }

    /// Of the process that asks, or of the one that has the library.
    static Survivors inDriverProcess(Place place, int count, boolean driver) throws IOException {
        Path log = place.folder().resolve(driver ? "driver.gc" : "parent.gc");
        String options = String.join(" ", watched(log));
        return driver
                ? measure(
                        Field.PROCESS + " itself",
                        place,
                        "process",
                        log,
                        count,
                        List.of(),
                        Map.of(SealpostWay.DRIVER_OPTIONS, options))
                : measure(Field.PROCESS + ", its caller", place, "process", log, count, watched(log), Map.of());
    }

    private static List<String> watched(Path log) {
        return Stream.concat(WATCHED.stream(), Stream.of("-Xlog:gc+heap=info:file=" + log))
                .toList();
    }

    private static Survivors measure(
            String where,
            Place place,
            String way,
            Path log,
            int count,
            List<String> options,
            Map<String, String> environment)
            throws IOException {
        List<String> command = place.java(
                SigningProcess.class,
                options,
                way,
                place.rote().toString(),
                Place.LABEL,
                place.pinFile().toString(),
                Place.KEY,
                "1");
        try (Contender contender = Contender.start(where, place, command, environment, List.of())) {
            contender.oneByOne(count / 2);
            List<Long> before = tenured(log);
            contender.oneByOne(count);
            List<Long> after = tenured(log);
            long grown = after.isEmpty() || before.isEmpty() ? 0 : after.getLast() - before.getLast();
            return new Survivors(where, count, after.size() - before.size(), grown);
        }
    }

    /// The old generation after each collection, in KiB.
    private static List<Long> tenured(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .map(TENURED::matcher)
                .filter(Matcher::find)
                .map(line -> Long.parseLong(line.group(2)))
                .toList();
    }
}
