package org.sealpost.sensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks for what of each kind there is, each on a thread that may be given up.
final class Discovery {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int MAX_FOUND = 64;

    // A look that hangs is not joined by another thread each time that somebody asks: who asks meanwhile waits for it.
    private static final Map<AdapterKind, CompletableFuture<List<Discovered>>> UNDER_WAY = new ConcurrentHashMap<>();

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
        var before = UNDER_WAY.putIfAbsent(kind, found);
        if (before != null) return before;
        Thread.ofPlatform().daemon().name("sensor-discovery-" + kind.name()).start(() -> {
            try {
                List<Discovered> all = kind.discover();
                UNDER_WAY.remove(kind);
                found.complete(all);
            } catch (Throwable thrown) {
                // Whatever it is, it is the kind's, and shown as such.
                UNDER_WAY.remove(kind);
                found.completeExceptionally(thrown);
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
