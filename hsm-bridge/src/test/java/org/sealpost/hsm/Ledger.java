package org.sealpost.hsm;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// What a test has asked keys for, each request with its digest and its future, and in the end what became of each.
/// A request that nobody answered, and a signature of another digest, stand in it as what they are.
public final class Ledger {
    private record Request(SigningKey key, byte[] digest, CompletableFuture<byte[]> answer) {}

    /// `told` of the token, `full` of a queue; `lost` has a sentence for each request that has neither its own
    /// signature nor a word that it has none.
    public record Balance(int asked, int signed, int told, int full, List<String> lost) {}

    private final SecureRandom random = new SecureRandom();
    private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();

    /// Asks for the signature of a random digest, and answers whether there was one, as soon as it is known.
    public CompletableFuture<Boolean> ask(SigningKey key, Duration deadline) {
        byte[] digest = new byte[32];
        random.nextBytes(digest);
        CompletableFuture<byte[]> answer;
        try {
            answer = key.sign(digest.clone(), deadline);
        } catch (RuntimeException thrown) {
            answer = CompletableFuture.failedFuture(thrown);
        }
        requests.add(new Request(key, digest, answer));
        return answer.handle((signature, failed) -> {
            if (failed == null) {
                answered.incrementAndGet();
            }
            return failed == null;
        });
    }

    /// How many answers there were so far that look like signatures. Whether they are, [#balance] says.
    public long answered() {
        return answered.get();
    }

    /// Looks at each request, when nobody asks any more.
    public Balance balance(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        int signed = 0;
        int told = 0;
        int full = 0;
        List<String> lost = new ArrayList<>();
        for (Request request : requests) {
            try {
                byte[] signature = request.answer().get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (verifies(request, signature)) {
                    signed++;
                } else {
                    lost.add("the answer is no signature of the digest that was asked for");
                }
            } catch (ExecutionException failed) {
                switch (failed.getCause()) {
                    case TokenSetback setback -> told++;
                    case QueueFull refused -> full++;
                    default -> lost.add("failed with " + failed.getCause());
                }
            } catch (TimeoutException silent) {
                lost.add("no answer");
            }
        }
        return new Balance(requests.size(), signed, told, full, lost);
    }

    private static boolean verifies(Request request, byte[] signature) {
        try {
            return signature.length == request.key().spec().kind().signatureBytes()
                    && Independent.verifies(request.key(), request.digest(), signature);
        } catch (IOException unusable) {
            return false;
        }
    }
}
