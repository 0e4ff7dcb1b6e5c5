package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which image this is, as the system's os-release file says.
///
/// @param image     its version, if it has one
/// @param buildTime when it was built; no true clock shows an earlier time
record Release(Optional<String> image, Optional<Instant> buildTime) {
    static final Release NONE = new Release(Optional.empty(), Optional.empty());

    private static final Pattern LINE = Pattern.compile("([A-Z_]+)=(?:\"([^\"]*)\"|([^\"' ]*))");

    /// @throws ConfigRefused if the file cannot be read
    static Release read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new ConfigRefused("box.release: " + file + " cannot be read: " + e.getMessage());
        }
    }

    static Release parse(String text) {
        var values = new HashMap<String, String>();
        text.lines().map(LINE::matcher).forEach(line -> {
            if (line.matches()) values.put(line.group(1), line.group(2) != null ? line.group(2) : line.group(3));
        });
        return new Release(
                Optional.ofNullable(values.get("IMAGE_VERSION")),
                Optional.ofNullable(values.get("SEALPOST_BUILD_TIME"))
                        .filter(seconds -> seconds.matches("[0-9]{1,11}"))
                        .map(seconds -> Instant.ofEpochSecond(Long.parseLong(seconds))));
    }
}
