package org.sealpost.sensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks for what of each kind there is, each on a thread that may be given up.
final class Discovery {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int MAX_FOUND = 64;

    private Discovery() {}

    static List<Discovered> of(List<AdapterKind> kinds) throws InterruptedException {
        List<CompletableFuture<List<Discovered>>> looking =
                kinds.stream().map(Discovery::look).toList();
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<Discovered> found = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            found.addAll(found(kinds.get(i).name(), looking.get(i), end - System.nanoTime()));
        }
        return List.copyOf(found);
    }

    private static CompletableFuture<List<Discovered>> look(AdapterKind kind) {
        var found = new CompletableFuture<List<Discovered>>();
        Thread.ofPlatform().daemon().name("sensor-discovery-" + kind.name()).start(() -> {
            try {
                found.complete(kind.discover());
            } catch (Exception | LinkageError e) {
                found.completeExceptionally(e);
            }
        });
        return found;
    }

    private static List<Discovered> found(String kind, CompletableFuture<List<Discovered>> looking, long nanos)
            throws InterruptedException {
        try {
            List<Discovered> found = looking.get(Math.max(1, nanos), TimeUnit.NANOSECONDS);
            return found.subList(0, Math.min(MAX_FOUND, found.size()));
        } catch (ExecutionException e) {
            return List.of(cannot(kind, Words.sentence(e.getCause() == null ? e : e.getCause())));
        } catch (TimeoutException e) {
            return List.of(cannot(kind, "it took longer than " + Words.of(PATIENCE)));
        }
    }

    private static Discovered cannot(String kind, String why) {
        return new Discovered(kind, "sensors of kind " + kind, "could not be looked for: " + why, "");
    }
}
