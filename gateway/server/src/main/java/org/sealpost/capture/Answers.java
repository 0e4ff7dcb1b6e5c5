package org.sealpost.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The answers of one group that belong to one executor: one task for all of them.
final class Answers implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final int MOST_EXPECTED = 4096;

    private final Executor executor;
    private final List<Arrival> arrivals;

    /// @param count how many there will be at most
    private Answers(Executor executor, int count) {
        this.executor = executor;
        // Grown from nothing it would be copied for each group again; but many executors must not take much each.
        this.arrivals = new ArrayList<>(Math.min(count, MOST_EXPECTED));
    }

    /// Hands each arrival its outcome, on its own executor, in their order.
    static void send(List<Arrival> group) {
        List<Answers> tasks = new ArrayList<>(4);
        Answers current = null;
        for (Arrival arrival : group) {
            Executor executor = arrival.reply.executor();
            if (current == null || current.executor != executor) current = of(executor, tasks, group.size());
            current.arrivals.add(arrival);
        }
        for (Answers task : tasks) execute(task.executor, task);
    }

    private static Answers of(Executor executor, List<Answers> tasks, int count) {
        for (Answers task : tasks) {
            if (task.executor == executor) return task;
        }
        Answers task = new Answers(executor, count);
        tasks.add(task);
        return task;
    }

    /// An executor that takes nothing any more has no connections any more either: nobody is left to be told.
    static void execute(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("answers not delivered: the executor has ended");
        }
    }

    @Override
    public void run() {
        for (Arrival arrival : arrivals) {
            try {
                arrival.reply.answer(Objects.requireNonNull(arrival.outcome));
            } catch (RuntimeException e) {
                LOG.warn("a reply failed to take its answer: {}", e.toString());
            }
        }
        for (Arrival arrival : arrivals) {
            try {
                arrival.reply.flush();
            } catch (RuntimeException e) {
                LOG.warn("a reply failed to write out its answers: {}", e.toString());
            }
        }
    }
}
