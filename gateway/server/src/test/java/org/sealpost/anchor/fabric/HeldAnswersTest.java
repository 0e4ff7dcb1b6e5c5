package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorageSetback;

class HeldAnswersTest {
    private final HeldAnswers<Integer> answers = new HeldAnswers<>();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void ofSeveralAtTheSameTimeOneAsks() throws Exception {
        var others = new CountDownLatch(3);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    others.countDown();
                    return answers.of(7, () -> {
                        awaitUninterruptibly(others);
                        return asked.incrementAndGet();
                    });
                }));
            }
            for (var each : all) assertEquals(1, each.get());
        }
        assertEquals(1, asked.get());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void itHoldsUntilItIsForgotten() throws Exception {
        assertEquals(1, answers.of(1, asked::incrementAndGet));
        assertEquals(1, answers.of(1, asked::incrementAndGet));
        assertEquals(2, answers.of(2, asked::incrementAndGet));
        answers.forget();
        assertEquals(3, answers.of(1, asked::incrementAndGet));
    }

    @Test
    void whatFailedIsAskedAgain() throws Exception {
        var setback = new AnchorageSetback("away", "none needed");
        assertEquals(
                setback,
                assertThrows(
                        AnchorageSetback.class,
                        () -> answers.of(1, () -> {
                            throw setback;
                        })));
        assertEquals(1, answers.of(1, asked::incrementAndGet));
    }

    @Test
    void manyAreNotHeldForEver() throws Exception {
        for (int about = 0; about < 1000; about++) answers.of(about, asked::incrementAndGet);
        assertEquals(1001, answers.of(0, asked::incrementAndGet));
    }
}
