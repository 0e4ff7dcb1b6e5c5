package org.sealpost.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Looks with strace whether a server has a record on its disk before it says so: one connection, one PUBLISH
/// at a time, each payload recognisable in what the server writes.
final class SyncTrace {
    static final int PROBES = 40;
    private static final String MARK = "sync-probe-";

    // 12345 write(7</a/file>, "...", 3) = 3   |   12345 fdatasync(7</a/file> <unfinished ...>   |   12345 <...
    // fdatasync resumed>) = 0
    private static final Pattern CALL = Pattern.compile("^(\\d+) +(\\w+)\\((\\d+)<([^>]*)>(.*)$");
    private static final Pattern RESUMED = Pattern.compile("^(\\d+) +<\\.\\.\\. (\\w+) resumed>.* = (-?\\d+).*$");
    private static final Pattern MARKED = Pattern.compile(MARK + "(\\d{6})");
    private static final Set<String> SYNCS = Set.of("fsync", "fdatasync");

    private SyncTrace() {}

    /// What was seen.
    ///
    /// @param acknowledged PUBACKs
    /// @param durable      those of them before which a sync of a file that the record had been written to was over
    /// @param kept         records that were written to a file at all, sooner or later
    record Finding(int acknowledged, int durable, int kept) {
        @Override
        public String toString() {
            return durable + " of " + acknowledged + " PUBACKs after a completed sync of the record, " + kept + " of "
                    + acknowledged + " records written to a file at all";
        }
    }

    static Optional<Path> program() {
        return Stream.of("/usr/bin/strace", "/usr/local/bin/strace")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// A wrapper that counts syncs, for [#count].
    static List<String> counting(Path strace, Path output) {
        return List.of(
                strace.toString(),
                "-f",
                "-c",
                "-e",
                "signal=none",
                "-e",
                "trace=fsync,fdatasync",
                "-o",
                output.toString());
    }

    /// How many syncs a program made that was started by [#counting] and has ended.
    static long count(Path output) throws IOException {
        try (var lines = Files.lines(output)) {
            // % time     seconds  usecs/call     calls    errors syscall
            return lines.map(line -> line.strip().split(" +"))
                    .filter(words -> SYNCS.contains(words[words.length - 1]))
                    .mapToLong(words -> Long.parseLong(words[3]))
                    .sum();
        }
    }

    /// Starts the contender under strace in an empty folder, probes it, and ends it.
    static Finding of(Contender contender, Path folder, Path strace) throws IOException, InterruptedException {
        var output = folder.resolve("strace.log");
        contender.start(
                folder,
                List.of(
                        strace.toString(),
                        "-f",
                        "-y",
                        "-qq",
                        "-s",
                        "8192",
                        "-e",
                        "signal=none",
                        "-e",
                        "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync",
                        "-o",
                        output.toString()));
        try (contender) {
            var plan = new LoadPlan(
                    "127.0.0.1",
                    contender.port(),
                    contender.login(),
                    1,
                    1,
                    Duration.ZERO,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60));
            var report = MqttLoad.run(plan, probes(contender.topic()));
            if (report.acknowledgedTotal() != PROBES || !report.isClean()) {
                throw new IOException(contender.name() + " did not answer all probes: " + report);
            }
        }
        try (var lines = Files.lines(output, StandardCharsets.ISO_8859_1)) {
            return read(lines);
        }
    }

    private static Publications probes(String topic) {
        return new Publications() {
            private int next;

            @Override
            public Optional<Publication> next() {
                if (next == PROBES) return Optional.empty();
                // The mark at both ends: a server may write head and tail of a payload apart.
                var mark = MARK + String.format("%06d", next++);
                var payload = (mark + " ".repeat(128) + mark).getBytes(StandardCharsets.US_ASCII);
                return Optional.of(Publication.of(topic, payload));
            }
        };
    }

    /// Reads what strace wrote. The n-th PUBACK belongs to the n-th probe: only one is ever in flight.
    static Finding read(Stream<String> lines) {
        var written = new HashMap<String, Set<Integer>>();
        var syncing = new HashMap<String, Set<Integer>>();
        var synced = new HashSet<Integer>();
        var durable = new TreeSet<Integer>();
        var acknowledged = new ArrayList<Integer>();
        lines.forEach(line -> {
            var resumed = RESUMED.matcher(line);
            if (resumed.matches()) {
                if (SYNCS.contains(resumed.group(2))) finishSync(syncing, synced, resumed.group(1), resumed.group(3));
                return;
            }
            var call = CALL.matcher(line);
            if (!call.matches()) return;
            String thread = call.group(1);
            String target = call.group(4);
            String rest = call.group(5);
            if (SYNCS.contains(call.group(2))) {
                // A sync covers what was written before it began, nothing later.
                syncing.put(thread, new HashSet<>(written.getOrDefault(target, Set.of())));
                int result = rest.lastIndexOf("= ");
                if (!rest.contains("<unfinished")) finishSync(syncing, synced, thread, rest.substring(result + 2));
            } else if (target.startsWith("/")) {
                var marked = MARKED.matcher(rest);
                while (marked.find()) {
                    written.computeIfAbsent(target, _ -> new HashSet<>()).add(Integer.valueOf(marked.group(1)));
                }
            } else if (rest.contains("\"@\\2")) {
                int probe = acknowledged.size();
                acknowledged.add(probe);
                if (synced.contains(probe)) durable.add(probe);
            }
        });
        var kept = new HashSet<Integer>();
        written.values().forEach(kept::addAll);
        return new Finding(acknowledged.size(), durable.size(), kept.size());
    }

    private static void finishSync(
            Map<String, Set<Integer>> syncing, Set<Integer> synced, String thread, String result) {
        var covered = syncing.remove(thread);
        if (covered != null && result.strip().equals("0")) synced.addAll(covered);
    }
}
