package org.sealpost.app;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Signs for some seconds with a number of sessions at once, and says how many signatures it got and"
                        + " how long each took.")
final class HsmBench implements Callable<Integer> {
    private static final Duration SIGNING = Duration.ofSeconds(30);
    private static final int MAX_SECONDS = 3600;

    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "KEY", description = "the key's label")
    private String name = "";

    @Option(names = "--kind", description = "how an RSA key signs: RSA_…_PKCS1 or RSA_…_PSS")
    private Optional<KeyKind> kind = Optional.empty();

    @Option(names = "--seconds", description = "1 to 3600; default: 10")
    private int seconds = 10;

    @Option(names = "--sessions", description = "1 to 64; default: 1")
    private int sessions = 1;

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            if (seconds < 1 || seconds > MAX_SECONDS) throw HsmTarget.usage("--seconds is 1 to 3600");
            if (sessions < 1 || sessions > 64) throw HsmTarget.usage("--sessions is 1 to 64");
            try (var token = target.open(sessions)) {
                var key = HsmTarget.key(token, name, kind);
                out.progress("Signing for " + seconds + " s with " + sessions + " sessions.");
                long begin = System.nanoTime();
                var nanos = sign(key, begin + Duration.ofSeconds(seconds).toNanos());
                double took = (System.nanoTime() - begin) / 1e9;
                Arrays.sort(nanos);
                var rate = nanos.length / took;
                return HsmOutput.Answer.done(
                        HsmOutput.object()
                                .put("key", name)
                                .put("kind", key.spec().kind().name())
                                .put("sessions", sessions)
                                .put("signatures", nanos.length)
                                .put("per-second", rate)
                                .put("p50-ms", millis(nanos, 0.5))
                                .put("p99-ms", millis(nanos, 0.99)),
                        String.format(
                                Locale.ROOT,
                                "%d signatures, %.1f a second; half of them within %.2f ms, 99 of 100 within %.2f ms",
                                nanos.length,
                                rate,
                                millis(nanos, 0.5),
                                millis(nanos, 0.99)));
            }
        });
    }

    private long[] sign(SigningKey key, long end) throws InterruptedException {
        var nanos = new ConcurrentLinkedQueue<Long>();
        var input = new byte[key.spec().kind().signsDigest() ? key.spec().kind().digestBytes() : 32];
        try (var threads = Executors.newFixedThreadPool(sessions)) {
            var running = new Future<?>[sessions];
            for (int i = 0; i < sessions; i++) {
                running[i] = threads.submit(() -> {
                    do {
                        long from = System.nanoTime();
                        key.sign(input, SIGNING).join();
                        nanos.add(System.nanoTime() - from);
                    } while (System.nanoTime() < end);
                });
            }
            for (var one : running) one.get();
        } catch (ExecutionException e) {
            var cause = e.getCause() instanceof CompletionException failed ? failed.getCause() : e.getCause();
            if (cause instanceof RuntimeException known) throw known;
            throw new IllegalStateException(cause);
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }

    private static double millis(long[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
    }
}
