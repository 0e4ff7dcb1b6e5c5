package org.sealpost.hsm.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process that signs when it is told to, and its helpers.
final class Contender implements AutoCloseable {
    private final String name;
    private final Process process;
    private final List<Process> helpers;
    private final BufferedReader answers;
    private final PrintStream orders;
    private final PublicKey publicKey;

    /// Signatures a second as seen last, to know how many make a block.
    private final Map<String, Double> rates = new HashMap<>();

    private Contender(String name, Process process, List<Process> helpers, PublicKey publicKey) {
        this.name = name;
        this.process = process;
        this.helpers = helpers;
        this.publicKey = publicKey;
        this.answers = process.inputReader(StandardCharsets.US_ASCII);
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    }

    /// Some signatures that were made in one go.
    ///
    /// @param medianNanos of one signature; 0 where several were under way at once
    /// @param processorNanos of the process and its helpers, on whatever processor
    record Block(int count, long nanos, long medianNanos, long processorNanos) {
        double perSecond() {
            return count * 1e9 / nanos;
        }

        double perProcessorSecond() {
            return count * 1e9 / processorNanos;
        }

        double processorMicros() {
            return processorNanos / 1e3 / count;
        }

        double medianMicros() {
            return medianNanos / 1e3;
        }
    }

    /// Starts the process and waits until it is ready. The helpers run already, and end with it.
    static Contender start(
            String name, Place place, List<String> command, Map<String, String> environment, List<Process> helpers)
            throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(place.environment());
        builder.environment().putAll(environment);
        Path log = place.folder().resolve(name.replaceAll("[^a-zA-Z0-9]+", "-") + ".log");
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(place.spki()));
            var contender = new Contender(name, builder.start(), new ArrayList<>(helpers), key);
            try {
                contender.answer("=ready");
            } catch (IOException failed) {
                contender.close();
                throw new IOException(name + " did not get ready; see " + log, failed);
            }
            return contender;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    String name() {
        return name;
    }

    /// One signature after the other, for about so long.
    Block oneByOne(double seconds) throws IOException {
        return block("one", seconds);
    }

    /// As many as it can at once.
    Block many(double seconds) throws IOException {
        return block("many", seconds);
    }

    /// A number of them, one after the other.
    Block oneByOne(int count) throws IOException {
        return block("one", count);
    }

    private Block block(String manner, double seconds) throws IOException {
        // A first block of a few tells how many make so many seconds.
        double rate = rates.containsKey(manner)
                ? rates.get(manner)
                : block(manner, 64).perSecond();
        Block block = block(manner, Math.clamp((long) (seconds * rate), 64, 2_000_000));
        rates.put(manner, block.perSecond());
        return block;
    }

    private Block block(String manner, int count) throws IOException {
        long used = processorNanos();
        orders.println(manner + " " + count);
        String[] words = answer("=done").split(" ");
        long processorNanos = processorNanos() - used;
        requireSignature(HexFormat.of().parseHex(words[3]));
        return new Block(count, Long.parseLong(words[1]), Long.parseLong(words[2]), processorNanos);
    }

    private long processorNanos() {
        long nanos = ProcessorTime.nanos(process.toHandle());
        for (Process helper : helpers) {
            nanos += ProcessorTime.nanos(helper.toHandle());
        }
        return nanos;
    }

    private String answer(String beginning) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(beginning)) {
                return line;
            }
        }
        throw new IOException(name + " has ended");
    }

    private void requireSignature(byte[] raw) throws IOException {
        try {
            Signature verifier = Signature.getInstance("NONEwithECDSAinP1363Format");
            verifier.initVerify(publicKey);
            verifier.update(Way.digest());
            if (!verifier.verify(raw)) {
                throw new IOException(name + " made a signature that does not verify");
            }
        } catch (GeneralSecurityException malformed) {
            throw new IOException(name + " made no signature", malformed);
        }
    }

    @Override
    public void close() {
        orders.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        for (Process helper : helpers) {
            helper.descendants().forEach(ProcessHandle::destroyForcibly);
            helper.destroyForcibly();
        }
    }
}
