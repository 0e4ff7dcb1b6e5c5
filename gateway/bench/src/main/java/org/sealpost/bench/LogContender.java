package org.sealpost.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A log that takes part in gateway/bench/log.
interface LogContender extends AutoCloseable {
    /// How to load it.
    record Load(int leafBytes, Duration warmUp, Duration measured) {
        double measuredSeconds() {
            return measured.toNanos() / 1e9;
        }
    }

    /// What came of a turn.
    ///
    /// @param perSecond       leaves answered in the measured window
    /// @param sealedPerSecond all leaves until the last was sealed, where an answer does not say so already
    /// @param total           leaves answered in all
    record Turn(
            double perSecond,
            Optional<Double> sealedPerSecond,
            long total,
            double p50Millis,
            double p99Millis,
            double microsPerLeaf) {}

    String name();

    /// @param folder  its own in this turn, and empty
    /// @param wrapper see [ServerProcess#start]
    Turn turn(Path folder, Load load, List<String> wrapper) throws IOException, InterruptedException;

    /// Ends what still runs between turns.
    @Override
    default void close() {}

    /// A program that loads itself and prints a line of JSON.
    record Itself(String name, Command command) implements LogContender {
        /// What to start for a folder and a load.
        interface Command {
            List<String> of(Path folder, Load load);
        }

        @Override
        public Turn turn(Path folder, Load load, List<String> wrapper) throws IOException, InterruptedException {
            var console = folder.resolve("console.log");
            var process = ServerProcess.start(name, wrapper, command.of(folder, load), Map.of(), console);
            int exit = process.awaitEnd(load.warmUp().plus(load.measured()).plusSeconds(60));
            if (exit != 0) throw new IOException(name + " ended with " + exit + process.tail());
            JsonNode said = new ObjectMapper().readTree(json(console));
            long total = said.required("total").asLong();
            return new Turn(
                    said.required("perSecond").asDouble(),
                    Optional.empty(),
                    total,
                    said.required("p50Micros").asDouble() / 1000,
                    said.required("p99Micros").asDouble() / 1000,
                    said.required("processorMicros").asDouble() / total);
        }

        private String json(Path console) throws IOException {
            return Files.readAllLines(console).stream()
                    .filter(line -> line.startsWith("{"))
                    .findFirst()
                    .orElseThrow(() -> new IOException(name + " printed no figures"));
        }
    }

    /// What a load over HTTP came to.
    static Turn of(HttpLoad.Report report, Load load, Optional<Double> sealed, Duration processorTime) {
        return new Turn(
                report.acknowledged() / load.measuredSeconds(),
                sealed,
                report.total(),
                report.latency().percentile(0.5).toNanos() / 1e6,
                report.latency().percentile(0.99).toNanos() / 1e6,
                processorTime.toNanos() / 1e3 / report.total());
    }
}
