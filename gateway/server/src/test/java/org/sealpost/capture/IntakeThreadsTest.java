package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IntakeThreadsTest {
    /// Four callers, each with an executor of its own, far more records than may wait: each record is taken once, and
    /// each caller gets its answers in its order.
    @Test
    void manyCallersOneWriterNothingLostNothingTwiceAllInOrder() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(4096, 64, 1 << 16, 1000, 0, 95, Duration.ofSeconds(1)));
        rig.intake.start();
        int callers = 4;
        int each = 3000;
        Set<Long> indexes = new HashSet<>();
        var failures = new ConcurrentLinkedQueue<String>();
        var done = new CountDownLatch(callers);
        try (var pool = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("caller-", 0).factory())) {
            for (int c = 0; c < callers; c++) {
                String client = "client-" + c;
                pool.execute(() -> {
                    new Caller(rig.intake, client, each, indexes, failures).run();
                    done.countDown();
                });
            }
            assertTrue(done.await(50, TimeUnit.SECONDS));
        }
        rig.intake.close();
        assertEquals(java.util.List.of(), java.util.List.copyOf(failures));
        assertEquals(callers * each, indexes.size());
        assertEquals(callers * each, rig.journal.size());
        assertTrue(rig.metrics.groups.sum() < callers * each, "groups must form");
        assertEquals(java.util.List.of(), rig.fatal);
    }

    /// One connection: sends until it is busy, then waits for room.
    private static final class Caller {
        private final Intake intake;
        private final String client;
        private final int count;
        private final Set<Long> indexes;
        private final ConcurrentLinkedQueue<String> failures;
        private final java.util.concurrent.LinkedBlockingQueue<Runnable> loop =
                new java.util.concurrent.LinkedBlockingQueue<>();
        private final Executor executor = loop::add;
        private int sent;
        private int answered;
        private boolean waiting;

        Caller(Intake intake, String client, int count, Set<Long> indexes, ConcurrentLinkedQueue<String> failures) {
            this.intake = intake;
            this.client = client;
            this.count = count;
            this.indexes = indexes;
            this.failures = failures;
        }

        void run() {
            try {
                send();
                while (answered < count) {
                    Runnable task = loop.poll(30, TimeUnit.SECONDS);
                    if (task == null) {
                        failures.add(client + ": no answer after " + answered);
                        return;
                    }
                    task.run();
                }
            } catch (InterruptedException e) {
                failures.add(e.toString());
            }
        }

        private void send() {
            waiting = false;
            while (sent < count && !waiting) {
                int number = sent++;
                intake.offer(IntakeRig.record(client, null, "default", "record " + number), new Reply() {
                    @Override
                    public Executor executor() {
                        return executor;
                    }

                    @Override
                    public void answer(IntakeOutcome outcome) {
                        answered(number, outcome);
                    }
                });
            }
        }

        private void answered(int number, IntakeOutcome outcome) {
            switch (outcome) {
                case IntakeOutcome.Accepted accepted -> {
                    if (number != answered) failures.add(client + ": answer " + number + " as number " + answered);
                    answered++;
                    synchronized (indexes) {
                        if (!indexes.add(accepted.receipt().index())) failures.add("index twice: " + accepted);
                    }
                }
                case IntakeOutcome.Busy busy -> {
                    sent--;
                    waiting = true;
                    intake.whenRoom(executor, this::send);
                }
                default -> failures.add(outcome.toString());
            }
        }
    }

    @Test
    void closingFinishesWhatWaits() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.intake.start();
        var answers = new java.util.ArrayList<IntakeRig.Answer>();
        for (int i = 0; i < 500; i++) answers.add(rig.offer("record " + i));
        rig.intake.close();
        for (int i = 0; i < 500; i++) assertEquals(i, answers.get(i).index());
        assertEquals(500, rig.journal.size());
    }

    @Test
    void aFailedForceCallsTheFatalHandlerOnce() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var failed = new CountDownLatch(1);
        var calls = new AtomicInteger();
        var intake = Intake.open(
                IntakeRig.config(),
                new Intake.Surroundings(
                        rig::clock,
                        System::nanoTime,
                        Salts.secure(),
                        () -> 0,
                        new org.sealpost.stage.Doorbell(),
                        broken -> {
                            calls.incrementAndGet();
                            failed.countDown();
                        }),
                org.sealpost.profile.Profiles.onlyDefault(),
                rig.metrics,
                rig.journal,
                new Window(new org.sealpost.journal.FaultyDisk(), new byte[32], new org.sealpost.stage.Doorbell()));
        rig.disk.failNextForce();
        intake.start();
        var answer = new IntakeRig.Answer(Runnable::run);
        intake.offer(IntakeRig.record("anna", null, "default", "hello"), answer);
        assertTrue(failed.await(30, TimeUnit.SECONDS));
        intake.close();
        assertEquals(1, calls.get());
        assertTrue(answer.isPending());
    }
}
