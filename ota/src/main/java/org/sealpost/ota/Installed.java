package org.sealpost.ota;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The release that runs, as its image says in `/etc/os-release`.
///
/// @param builtAt when the image was built; no true clock shows an earlier time
record Installed(String board, Version version, int securityEpoch, int dataFormat, int readsFrom, Instant builtAt) {
    private static final Pattern LINE = Pattern.compile("([A-Z_]+)=(?:\"([^\"]*)\"|([^\"' ]*))");

    /// @throws ConfigRefused if the file is not one of our images'
    static Installed read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new ConfigRefused("os-release: " + file + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ConfigRefused("os-release: " + file + ": " + e.getMessage());
        }
    }

    static Installed parse(String text) {
        var values = new HashMap<String, String>();
        text.lines().map(LINE::matcher).forEach(line -> {
            if (line.matches()) values.put(line.group(1), line.group(2) != null ? line.group(2) : line.group(3));
        });
        return new Installed(
                value(values, "SEALPOST_BOARD"),
                Version.parse(value(values, "SEALPOST_RELEASE")),
                number(values, "SEALPOST_SECURITY_EPOCH"),
                number(values, "SEALPOST_DATA_FORMAT"),
                number(values, "SEALPOST_READS_FROM"),
                Instant.ofEpochSecond(Long.parseLong(value(values, "SEALPOST_BUILD_TIME"))));
    }

    private static String value(Map<String, String> values, String name) {
        var value = values.get(name);
        if (value == null || value.isEmpty()) throw new IllegalArgumentException(name + " is missing");
        return value;
    }

    private static int number(Map<String, String> values, String name) {
        int value = Integer.parseInt(value(values, name));
        if (value < 0) throw new IllegalArgumentException(name + " is negative");
        return value;
    }

    /// Where it is not what the descriptor of this release says; empty if it is.
    Optional<String> differenceFrom(ReleaseDescriptor release) {
        if (!board.equals(release.board())) return differs("board", board, release.board());
        if (!version.equals(release.version())) return differs("version", version, release.version());
        if (securityEpoch != release.securityEpoch()) {
            return differs("security epoch", securityEpoch, release.securityEpoch());
        }
        if (dataFormat != release.dataFormat()) return differs("data format", dataFormat, release.dataFormat());
        if (readsFrom != release.readsFrom()) {
            return differs("lowest data format that it reads", readsFrom, release.readsFrom());
        }
        return Optional.empty();
    }

    private static Optional<String> differs(String what, Object here, Object described) {
        return Optional.of("its " + what + " is " + here + " by /etc/os-release and " + described
                + " by the release descriptor; build and describe it anew");
    }
}
