package org.sealpost.ota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What `agent.toml` says. Each key has the appliance's value where it is left out; paths are relative to the
/// file.
///
/// @param data        the agent's folder on the data partition
/// @param run         its folder that is gone with the boot
/// @param confirmed   the file that the system makes once the booted slot is good
/// @param stick       where a stick's file system appears
/// @param root        the first TUF root
/// @param osRelease   what the image says of itself
/// @param commandLine of the kernel
/// @param gateway     the gateway's own door
/// @param gatewayUnit its unit
/// @param confirmUnit the unit that makes the booted slot good
/// @param bus         address of the system's D-Bus
/// @param maxUsedPercent of the data partition, with a bundle
record AgentConfig(
        Path data,
        Path run,
        Path confirmed,
        Path stick,
        Path root,
        Path osRelease,
        Path commandLine,
        URI gateway,
        String gatewayUnit,
        String confirmUnit,
        String bus,
        int maxUsedPercent,
        Pace pace) {
    private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h|d)");

    static AgentConfig read(Path file) {
        try {
            return new Keys(new TomlMapper().readTree(Files.readString(file)), file.toAbsolutePath()).config();
        } catch (IOException e) {
            throw new ConfigRefused(file + " cannot be read: " + e.getMessage());
        }
    }

    /// The keys of the one table that there is.
    private record Keys(JsonNode table, Path file, Set<String> known) {
        Keys(JsonNode table, Path file) {
            this(table, file, new TreeSet<>());
        }

        AgentConfig config() {
            var standard = Pace.DEFAULT;
            var config = new AgentConfig(
                    path("data", "/data/ota"),
                    path("run", "/run/sealpost-ota"),
                    path("confirmed", "/run/sealpost-boot/confirmed"),
                    path("stick", "/run/sealpost-stick"),
                    path("root", "root.json"),
                    path("os-release", "/etc/os-release"),
                    path("kernel-command-line", "/proc/cmdline"),
                    gateway(text("gateway", "https://[::1]/")),
                    text("gateway-unit", "sealpost.service"),
                    text("confirm-unit", "sealpost-confirm.service"),
                    text("bus", "unix:path=/run/dbus/system_bus_socket"),
                    percent("max-used-percent", 90),
                    new Pace(
                            duration("check-interval", standard.checkInterval()),
                            duration("trial-deadline", standard.trialDeadline()),
                            duration("first-retry", standard.firstRetry()),
                            duration("longest-retry", standard.longestRetry()),
                            standard.look(),
                            standard.patience()));
            table.fieldNames().forEachRemaining(key -> {
                if (!known.contains(key))
                    throw refused("unknown key " + key + "; the keys are " + String.join(", ", known));
            });
            if (config.pace.longestRetry().compareTo(config.pace.firstRetry()) < 0) {
                throw refused("longest-retry is below first-retry");
            }
            return config;
        }

        private Optional<JsonNode> find(String key) {
            known.add(key);
            return Optional.ofNullable(table.get(key));
        }

        private String text(String key, String absent) {
            var found = find(key);
            if (found.isEmpty()) return absent;
            if (!found.get().isTextual() || found.get().asText().isBlank())
                throw refused(key + " must be a text in quotes");
            return found.get().asText();
        }

        private Path path(String key, String absent) {
            return file.resolveSibling(text(key, absent));
        }

        private URI gateway(String url) {
            try {
                var uri = URI.create(url);
                if ("https".equals(uri.getScheme()) && uri.getHost() != null) return uri;
            } catch (IllegalArgumentException e) {
                // Said below.
            }
            throw refused("gateway is \"" + url + "\", expected an address such as https://[::1]/");
        }

        private int percent(String key, int absent) {
            var found = find(key);
            if (found.isEmpty()) return absent;
            int value = found.get().isIntegralNumber() ? found.get().asInt() : 0;
            if (value < 1 || value > 100) throw refused(key + " must be a whole number from 1 to 100");
            return value;
        }

        private Duration duration(String key, Duration absent) {
            var text = text(key, absent.toMillis() + "ms");
            var match = DURATION.matcher(text);
            if (!match.matches()) {
                throw refused(key + " is \"" + text + "\", expected a duration such as \"15m\" or \"6h\"");
            }
            long count = Long.parseLong(match.group(1));
            return switch (match.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        }

        private ConfigRefused refused(String sentence) {
            return new ConfigRefused(file.getFileName() + ": " + sentence);
        }
    }
}
