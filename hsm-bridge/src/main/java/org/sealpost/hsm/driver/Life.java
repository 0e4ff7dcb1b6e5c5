package org.sealpost.hsm.driver;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// One life of the driver process: what was given to it and has not been answered, and whether it still answers.
final class Life implements Connection.Reader, Connection.Tick {
    /// Ticks of which a patience has this many.
    static final int TICKS = 10;
    private static final int PATIENCES_TO_OPEN = 3;

    private static final Pending LATE = new Pending() {
        @Override
        public void answered(Message.Answer answer) throws ProtocolError {
            if (answer instanceof Message.Listed) {
                throw Failures.unexpected(answer);
            }
        }

        @Override
        public void lost(TokenSetback reason) {
            // Nobody waits for it.
        }
    };

    private final RemoteToken token;
    private final DriverProcess process;
    private final Connection connection;
    private final Duration patience;
    /// Ticks, too.
    private final long silence;
    private final ConcurrentHashMap<Long, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong calls = new AtomicLong();

    /// How many calls were over before the driver answered them, and are not answered yet: [#LATE] is in their place.
    private final AtomicInteger late = new AtomicInteger();

    /// Set once, before what is pending is failed: whoever gives something afterwards finds it set.
    private volatile @Nullable TokenSetback over;

    // Owned by the reading thread.
    private boolean welcome;
    private int ticksSilent;
    private int ticksHanging;
    private int ticksLate;
    private int ticksToWelcome;

    private Life(RemoteToken token, DriverProcess process, DriverOptions options) throws IOException {
        this.token = token;
        this.process = process;
        this.connection = Connection.of(process.channel());
        this.patience = options.patience();
        this.silence = TICKS * options.silence().toMillis() / options.patience().toMillis();
    }

    static Life begin(RemoteToken token, DriverProcess process, List<RemoteKey> keys, DriverOptions options)
            throws IOException {
        var life = new Life(token, process, options);
        try {
            Message.Hello hello = Message.hello(
                    token.config(), keys.stream().map(RemoteKey::spec).toList());
            // Those that have no room in it are told when they are used first.
            for (int number = 0; number < hello.keys().size(); number++) {
                keys.get(number).tell(life, number);
            }
            life.connection.send(0, hello);
            return life;
        } catch (RuntimeException cannot) {
            life.release();
            throw cannot;
        }
    }

    /// On the supervisor's thread, until this life is over.
    void run() throws IOException {
        connection.run(this, this, patience.dividedBy(TICKS));
    }

    // ---- any thread ----

    void give(RemoteCall call) {
        int number = call.key().numberIn(this);
        if (number < 0) {
            call.fail(token.untold(call.key()));
            tell(call.key());
            return;
        }
        if (late.get() >= token.capacity()) {
            call.refuse(token.full("its driver process owes the answers to " + late + " calls that are over"));
            return;
        }
        long nanos = call.deadline() - System.nanoTime();
        if (!ask(call, new Message.Sign(number, Math.max(1, nanos), call.input())) && over == null) {
            call.refuse(token.full(Connection.FULL));
        }
    }

    /// Returns false if the socket is too full; `asked` is not pending then.
    boolean ask(Pending asked, Message.Order order) {
        long number = calls.incrementAndGet();
        pending.put(number, asked);
        if (asked instanceof RemoteCall call) {
            call.given(this, number);
        }
        // Where the connection has ended, this life is about to be over, and what is pending is told how it ended.
        boolean given = connection.send(number, order) || !connection.isOpen();
        TokenSetback end = over;
        if (end != null && pending.remove(number) != null) {
            asked.lost(end);
        } else if (!given) {
            pending.remove(number);
        }
        return given;
    }

    /// A key that was remembered while it could not be told.
    private void tell(RemoteKey key) {
        if (!key.beginTelling(this)) {
            return;
        }
        boolean given = ask(
                new Pending() {
                    @Override
                    public void answered(Message.Answer answer) throws ProtocolError {
                        key.endTelling(Life.this);
                        if (RemoteToken.isKey(key.spec(), answer)) {
                            key.tell(Life.this, ((Message.KeyIs) answer).number());
                        } else if (!(answer instanceof Message.Failure)) {
                            throw Failures.unexpected(answer);
                        }
                    }

                    @Override
                    public void lost(TokenSetback reason) {
                        // The next life is told of it at its beginning.
                    }
                },
                new Message.Key(key.spec()));
        if (!given) {
            key.endTelling(this);
        }
    }

    /// Its caller waits no more. What it has given is let go, but not the number: a driver owes each an answer.
    void expired(long number) {
        Pending call = pending.get(number);
        if (call != null && call != LATE && pending.replace(number, call, LATE)) {
            late.incrementAndGet();
        }
    }

    void forget(Pending asked) {
        pending.values().remove(asked);
    }

    /// What is pending is lost, and so is what may still come.
    void end(TokenSetback reason) {
        over = reason;
        for (Long number : pending.keySet()) {
            Pending lost = pending.remove(number);
            if (lost != null) {
                lost.lost(reason);
            }
        }
    }

    boolean isOver() {
        return over != null;
    }

    void close() {
        connection.close();
    }

    void release() throws IOException {
        connection.release();
    }

    // ---- the reading thread ----

    @Override
    public void received(Wire.Frame frame) throws IOException {
        ticksSilent = 0;
        switch (frame.message()) {
            case Message.Order order -> throw new ProtocolError("the driver gives an order: " + order);
            case Message.Pong pong -> {}
            case Message.Welcome(int version, long pid) -> welcome(pid);
            case Message.Unusable(String sentence) -> token.unusable(sentence);
            case Message.Health health -> token.seen(health);
            case Message.Answer answer -> {
                boolean goesOn = answer instanceof Message.Listed;
                Pending asked = goesOn ? pending.get(frame.call()) : pending.remove(frame.call());
                if (asked != null) {
                    answered(asked, answer);
                }
                if (asked == LATE) {
                    late.decrementAndGet();
                }
            }
        }
    }

    /// Who is told nonsense does not wait for the end of this life, which comes of it.
    private void answered(Pending asked, Message.Answer answer) throws ProtocolError {
        try {
            asked.answered(answer);
        } catch (ProtocolError nonsense) {
            asked.lost(token.toldNonsense(nonsense));
            throw nonsense;
        }
    }

    private void welcome(long pid) throws ProtocolError {
        if (welcome || pid != process.pid()) {
            throw new ProtocolError("process " + pid + " says welcome instead of " + process.pid());
        }
        welcome = true;
        token.connected(this);
    }

    @Override
    public boolean tick() {
        if (token.isClosed()) {
            return false;
        }
        if (++ticksSilent > silence) {
            return killBecause("has not answered for " + seconds(silence));
        }
        if (!welcome && ++ticksToWelcome > PATIENCES_TO_OPEN * silence) {
            return killBecause("has not loaded the library within " + seconds(PATIENCES_TO_OPEN * silence));
        }
        ticksLate = late.get() >= token.capacity() ? ticksLate + 1 : 0;
        if (ticksLate > TICKS) {
            return killBecause("has not answered " + late + " calls for " + seconds(TICKS));
        }
        TokenHealth health = token.health();
        boolean hangs = health.state() == TokenHealth.State.UNRESPONSIVE && !isMakingAKey();
        ticksHanging = hangs ? ticksHanging + 1 : 0;
        if (ticksHanging > (health.lostCalls() > 0 ? 1 : PATIENCES_TO_OPEN) * TICKS) {
            return killBecause("is killed, because the library does not come back: " + health.cause());
        }
        connection.send(0, new Message.Ping());
        return true;
    }

    private boolean isMakingAKey() {
        return pending.values().stream().anyMatch(one -> one instanceof Question question && question.maySilence());
    }

    private boolean killBecause(String reason) {
        token.killed(reason);
        process.kill();
        return false;
    }

    private String seconds(long ticks) {
        return patience.multipliedBy(ticks).dividedBy(TICKS).toMillis() + " ms";
    }
}
