package org.sealpost.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// What figures depend on: facts of the machine that this runs on, by name.
final class Machine {
    private Machine() {}

    static Map<String, String> facts(Path folder) throws IOException {
        var store = Files.getFileStore(folder);
        var facts = new LinkedHashMap<String, String>();
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put(
                "processor",
                Runtime.getRuntime().availableProcessors() + " × " + lineOf("/proc/cpuinfo", "model name"));
        facts.put("memory", lineOf("/proc/meminfo", "MemTotal"));
        facts.put("file system", store.type() + " on " + store.name());
        facts.put("force of 4 KiB appended", forces(folder));
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put("JDK", Runtime.version() + ", " + System.getProperty("java.vm.vendor"));
        // What else the machine is doing shows here: figures of a busy machine are comparable within their run only.
        facts.put("load average at start", firstLine("/proc/loadavg"));
        return facts;
    }

    /// Processor time that all processors together have spent at work since boot, whoever asked for it; what a
    /// hypervisor took away counts as work. Zero where the system does not say.
    static Duration busy() throws IOException {
        if (!Files.isReadable(Path.of("/proc/stat"))) return Duration.ZERO;
        // cpu user nice system idle iowait irq softirq steal, in hundredths of a second (proc(5)).
        var words = firstLine("/proc/stat").split(" +");
        long ticks = 0;
        for (int i = 1; i <= 8; i++) if (i != 4 && i != 5) ticks += Long.parseLong(words[i]);
        return Duration.ofMillis(10 * ticks);
    }

    /// How long a small force takes: the floor under every durable answer.
    private static String forces(Path folder) throws IOException {
        var file = folder.resolve("force.probe");
        var times = new LatencyHistogram();
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            for (int i = 0; i < 200; i++) {
                channel.write(ByteBuffer.allocate(4096));
                long start = System.nanoTime();
                channel.force(false);
                times.record(System.nanoTime() - start);
            }
        }
        return String.format(
                Locale.ROOT,
                "p50 %d µs, p99 %d µs",
                times.percentile(0.5).toNanos() / 1000,
                times.percentile(0.99).toNanos() / 1000);
    }

    private static String lineOf(String file, String key) throws IOException {
        if (!Files.isReadable(Path.of(file))) return "unknown";
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String firstLine(String file) throws IOException {
        return Files.isReadable(Path.of(file))
                ? Files.readAllLines(Path.of(file)).getFirst()
                : "unknown";
    }
}
