package org.sealpost.hsm.driver;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Idling;

/// Who reads the driver's end of the connection: a lane of the token that has nothing to sign, so that it signs what it
/// has read without another thread being woken for it; and where all lanes are busy, or lost in the library, the
/// thread that started all this, so that somebody always answers.
final class Turns implements Idling {
    /// How long nobody may read, which holds up nothing but what no lane is free for.
    private static final long VACANT_MILLIS = 50;

    private final Connection connection;
    private final Connection.Reader reader;
    private final Runnable now;
    private final ReentrantLock turn = new ReentrantLock();
    private final AtomicInteger wanted = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile @Nullable IOException broken;

    /// `now` is done now and then.
    Turns(Connection connection, Connection.Reader reader, Runnable now) {
        this.connection = connection;
        this.reader = reader;
        this.now = now;
    }

    // ---- lanes ----

    @Override
    public boolean idle() {
        wanted.incrementAndGet();
        try {
            if (!turn.tryLock()) {
                connection.wake();
                turn.lock();
            }
        } finally {
            wanted.decrementAndGet();
        }
        try {
            // Whoever had the turn before may have been woken in this lane's place.
            boolean again = woken.get() || read(0);
            // What it was woken for was there before, and the lane looks for it next.
            woken.set(false);
            return again;
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void wake() {
        woken.set(true);
        connection.wake();
    }

    // ---- the thread that started all this ----

    /// Reads while no lane does, until the connection ends.
    void run() throws IOException {
        try {
            while (over.getCount() > 0) {
                now.run();
                if (turn.tryLock()) {
                    try {
                        readWhileNobodyElseWants();
                    } finally {
                        turn.unlock();
                    }
                }
                if (over.await(VACANT_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        IOException how = broken;
        if (how != null) {
            throw how;
        }
    }

    private void readWhileNobodyElseWants() {
        boolean open = true;
        while (open && wanted.get() == 0) {
            open = read(VACANT_MILLIS);
            now.run();
        }
    }

    /// With the turn. Returns false if the connection has ended.
    private boolean read(long patience) {
        try {
            if (over.getCount() > 0 && connection.await(reader, patience)) {
                return true;
            }
        } catch (IOException how) {
            broken = how;
        } catch (RuntimeException bug) {
            broken = new IOException("the driver is broken", bug);
        }
        over.countDown();
        return false;
    }
}
