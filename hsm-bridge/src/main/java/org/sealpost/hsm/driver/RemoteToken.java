package org.sealpost.hsm.driver;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Deadlines;
import org.sealpost.hsm.KeyCertificate;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyMaking;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// A token in a driver process. To its callers it is as one in this process, but that the library's crash or hang
/// costs them the calls that were under way, and a pause.
public final class RemoteToken implements Token {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// A little more than the token itself takes before it gives up; and for making a key.
    private static final Duration ASKING = PATIENCE.plusSeconds(5);

    private static final Duration GENERATING = KeyMaking.LONGEST.plusSeconds(5);
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(365);
    private static final int QUEUE_PER_SESSION = 64;

    private final TokenConfig config;
    private final Executor replies;
    private final Board board;
    private final Supervisor supervisor;
    private final int capacity;
    private final AtomicInteger underWay = new AtomicInteger();

    /// Whether there is, or will be in a moment, a process to give calls to.
    private enum Phase {
        STARTING,
        UP,
        DOWN,
        CLOSED
    }

    // Guarded by this.
    private final List<RemoteKey> keys = new ArrayList<>();
    private final ArrayDeque<RemoteCall> held = new ArrayDeque<>();
    private Phase phase = Phase.STARTING;
    private @Nullable TokenSetback setback;
    private @Nullable String unusable;

    /// Written by the supervisor's thread: the serial of the token that was opened first.
    private volatile @Nullable String serial;

    /// Written under the lock; null unless UP.
    private volatile @Nullable Life life;

    /// Without a process as long as its supervisor is not started.
    RemoteToken(TokenConfig config, DriverOptions options) {
        this.config = config;
        this.replies = options.replies();
        this.board = new Board(config.label());
        this.supervisor = new Supervisor(this, options);
        // As in the token itself: what waits, and what is in its sessions.
        this.capacity = (QUEUE_PER_SESSION + 1) * config.sessions();
    }

    /// As `Tokens.open`, but the library runs in a driver process of its own, which is started, watched, and replaced
    /// when it crashes or hangs. Each token has one.
    ///
    /// @throws IllegalArgumentException if the module cannot be loaded or is no PKCS#11 library
    public static RemoteToken open(TokenConfig config) {
        return open(config, DriverOptions.DEFAULT);
    }

    /// As [#open(TokenConfig)], with other options for the process.
    public static RemoteToken open(TokenConfig config, DriverOptions options) {
        var token = new RemoteToken(config, options);
        token.supervisor.start();
        try {
            token.board.awaitOutcome(PATIENCE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        token.requireUsable();
        return token;
    }

    private void requireUsable() {
        String sentence;
        synchronized (this) {
            sentence = unusable;
        }
        if (sentence != null) {
            close();
            throw new IllegalArgumentException(sentence);
        }
    }

    // ---- for callers ----

    @Override
    public SigningKey key(KeySpec spec) {
        boolean pinned = spec.pinnedSpki().isPresent();
        long end = System.nanoTime() + ASKING.toNanos();
        while (true) {
            Life now = settled(end);
            if (now == null) {
                return remember(spec, pinned ? null : away());
            }
            try {
                return key(spec, now, new Message.Key(spec), end);
            } catch (TokenSetback setback) {
                // Its process has ended over it; asking is harmless, so the next one decides, if it is there at once.
                boolean again = now.isOver() && System.nanoTime() - end < 0;
                if (!again) {
                    return remember(spec, pinned ? null : setback);
                }
            }
        }
    }

    @Override
    public SigningKey generate(String name, KeyKind kind) {
        Life now = running(System.nanoTime() + ASKING.toNanos());
        long end = System.nanoTime() + GENERATING.toNanos();
        return key(KeySpec.unpinned(name, kind), now, new Message.Generate(name, kind), end);
    }

    @Override
    public List<ListedKey> keys() {
        long end = System.nanoTime() + ASKING.toNanos();
        var order = new Message.Keys();
        var question = new Question(order, answer -> isDone(answer) || answer instanceof Message.Listed);
        ask(running(end), question, order, end);
        return question.listed();
    }

    @Override
    public Optional<String> destroy(String name, byte[] spki) {
        byte[] mine = spki.clone();
        Message.Answer answer = order(new Message.Destroy(name, mine), RemoteToken::isDestroyed);
        bury(name, mine);
        return ((Message.Destroyed) answer).left();
    }

    @Override
    public Optional<String> destroyById(String name, byte[] id) {
        byte[] mine = id.clone();
        List<byte[]> spkis = keys().stream()
                .filter(key -> Arrays.equals(key.id(), mine))
                .flatMap(key -> key.spki().stream())
                .toList();
        Message.Answer answer = order(new Message.DestroyById(name, mine), RemoteToken::isDestroyed);
        spkis.forEach(spki -> bury(name, spki));
        return ((Message.Destroyed) answer).left();
    }

    private static boolean isDestroyed(Message.Answer answer) {
        return answer instanceof Message.Destroyed;
    }

    private synchronized void bury(String name, byte[] spki) {
        keys.removeIf(key -> {
            boolean it = key.spec().name().equals(name) && Arrays.equals(key.spki(), spki);
            if (it) {
                key.markDestroyed();
            }
            return it;
        });
    }

    @Override
    public void storeCertificate(String name, byte[] spki, byte[] certificate) {
        KeyCertificate mine = KeyCertificate.of(certificate, spki);
        order(new Message.StoreCertificate(name, mine.spki(), mine.der()), RemoteToken::isDone);
    }

    @Override
    public List<byte[]> certificates(String name, byte[] spki) {
        var order = new Message.Certificates(name, spki.clone());
        Message.Answer answer = order(order, given -> given instanceof Message.CertificatesAre);
        return ((Message.CertificatesAre) answer).certificates();
    }

    @Override
    public void changePin(Path newPin) {
        order(new Message.ChangePin(newPin), RemoteToken::isDone);
    }

    /// Not to be repeated by itself: it may be what a process broke over.
    private Message.Answer order(Message.Order order, Predicate<Message.Answer> good) {
        long end = System.nanoTime() + ASKING.toNanos();
        return ask(running(end), new Question(order, good), order, end);
    }

    private static boolean isDone(Message.Answer answer) {
        return answer instanceof Message.Done;
    }

    /// Whether the answer is a key as it was asked for: the pinned one, or at least one of its kind.
    static boolean isKey(KeySpec spec, Message.Answer answer) {
        if (!(answer instanceof Message.KeyIs(int number, byte[] spki))) {
            return false;
        }
        try {
            KeySpec told = KeySpec.pinned(spec.name(), spec.kind(), spki);
            return spec.pinnedSpki().isEmpty() || told.equals(spec);
        } catch (IllegalArgumentException nonsense) {
            return false;
        }
    }

    private Life running(long end) {
        Life now = settled(end);
        if (now == null) {
            throw away();
        }
        return now;
    }

    private Message.Answer ask(Life now, Question question, Message.Order order, long end) {
        if (!now.ask(question, order)) {
            throw new TokenSetback(name(), health().state(), Connection.FULL, "Try again later.");
        }
        Optional<Message.Answer> answer = question.await(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        if (answer.isEmpty()) {
            now.forget(question);
            TokenHealth health = health();
            throw TokenSetback.timeout(name(), health.state(), "it has not answered in time", health.remedy());
        }
        if (answer.get() instanceof Message.Failure failure) {
            throw Failures.thrown(failure, this);
        }
        return answer.get();
    }

    private SigningKey key(KeySpec spec, Life now, Message.Order order, long end) {
        Message.Answer answer = ask(now, new Question(order, given -> isKey(spec, given)), order, end);
        var is = (Message.KeyIs) answer;
        RemoteKey key = remember(KeySpec.pinned(spec.name(), spec.kind(), is.spki()), null);
        key.tell(now, is.number());
        return key;
    }

    @Override
    public TokenHealth health() {
        return board.health();
    }

    @Override
    public TokenHealth settle(Duration patience) throws InterruptedException {
        board.awaitOutcome(patience);
        return health();
    }

    @Override
    public String description() {
        return board.description();
    }

    /// The id of the driver process, if there is one now.
    public Optional<Long> process() {
        return supervisor.process();
    }

    @Override
    public void close() {
        var reason = new TokenSetback(name(), TokenHealth.State.CLOSED, "closed by this program", "Open it again.");
        List<RemoteCall> waiting;
        Life now;
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.CLOSED;
            setback = reason;
            now = life;
            life = null;
            waiting = List.copyOf(held);
            held.clear();
            notifyAll();
        }
        board.closed(reason);
        waiting.forEach(call -> call.lost(reason));
        if (now != null) {
            now.end(reason);
        }
        supervisor.close();
    }

    // ---- for keys and calls ----

    String name() {
        return config.label();
    }

    /// What a process is told. If no serial is configured, the one that was seen first counts for the life of this
    /// object, whatever becomes of its processes: a stranger of the same label is not to meet our PIN.
    TokenConfig config() {
        String first = serial;
        return config.serial().isPresent() || first == null ? config : config.withSerial(first);
    }

    Executor replies() {
        return replies;
    }

    CompletableFuture<byte[]> submit(RemoteKey key, byte[] input, Duration deadline) {
        long nanos = Math.min(TimeUnit.NANOSECONDS.convert(deadline), LONGEST_DEADLINE.toNanos());
        var call = new RemoteCall(this, key, input, System.nanoTime() + nanos);
        if (underWay.incrementAndGet() > capacity) {
            call.refuse(full());
            return call.future();
        }
        Deadlines.shared().add(call);
        Life now = life;
        if (now != null) {
            now.give(call);
        } else {
            hold(call);
        }
        return call.future();
    }

    private void hold(RemoteCall call) {
        Life now;
        TokenSetback reason;
        synchronized (this) {
            now = life;
            reason = setback;
            if (now == null && reason == null) {
                held.addLast(call);
                return;
            }
        }
        if (now != null) {
            now.give(call);
        } else {
            call.lost(reason);
        }
    }

    void left(RemoteCall call) {
        underWay.decrementAndGet();
        Deadlines.shared().remove(call);
    }

    /// As many calls as can be under way.
    int capacity() {
        return capacity;
    }

    QueueFull full() {
        return new QueueFull(name(), capacity);
    }

    QueueFull full(String words) {
        return QueueFull.because(name(), words);
    }

    TokenSetback tooLate(RemoteCall call) {
        synchronized (this) {
            held.remove(call);
        }
        TokenHealth now = health();
        var state = now.isReady() ? TokenHealth.State.UNRESPONSIVE : now.state();
        return TokenSetback.timeout(
                name(), state, "no signature in time" + (now.isReady() ? "" : "; " + now.cause()), now.remedy());
    }

    TokenSetback untold(RemoteKey key) {
        return new TokenSetback(
                name(), TokenHealth.State.RECOVERING, key + " has not passed its self-test yet", Board.NOTHING_TO_DO);
    }

    TokenSetback toldNonsense(ProtocolError nonsense) {
        return new TokenSetback(
                name(),
                TokenHealth.State.RECOVERING,
                "the driver process talks nonsense: " + nonsense.getMessage(),
                Board.NOTHING_TO_DO);
    }

    void signed() {
        supervisor.calm();
    }

    // ---- for the supervisor and its lives ----

    /// A process is being started, and calls wait for it. Returns the keys that it is to be told.
    synchronized List<RemoteKey> starting() {
        if (phase != Phase.CLOSED) {
            phase = Phase.STARTING;
            setback = null;
        }
        return List.copyOf(keys);
    }

    void connected(Life started) {
        List<RemoteCall> waiting;
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.UP;
            life = started;
            waiting = List.copyOf(held);
            held.clear();
            notifyAll();
        }
        waiting.stream().filter(call -> !call.isOver()).forEach(started::give);
    }

    /// The connection has ended, and soon the process: calls and questions wait until it is known how.
    void ending() {
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            life = null;
            phase = Phase.STARTING;
        }
        board.ending();
    }

    /// The process is gone, or could not be started. If the next one is to be started at once, calls wait for it.
    void ended(@Nullable Life ended, String how, Duration pause) {
        var reason = new TokenSetback(
                name(), TokenHealth.State.RECOVERING, "the driver process " + how, Board.NOTHING_TO_DO);
        boolean atOnce = pause.isZero();
        List<RemoteCall> waiting = List.of();
        TokenSetback closed;
        synchronized (this) {
            closed = phase == Phase.CLOSED ? setback : null;
            if (closed == null) {
                life = null;
                phase = atOnce ? Phase.STARTING : Phase.DOWN;
                setback = atOnce ? null : reason;
                waiting = atOnce ? List.of() : List.copyOf(held);
                held.removeAll(waiting);
                notifyAll();
            }
        }
        if (closed == null) {
            board.down(reason);
        }
        waiting.forEach(call -> call.lost(reason));
        if (ended != null) {
            ended.end(closed == null ? reason : closed);
        }
    }

    void seen(Message.Health told) {
        if (serial == null) {
            serial = told.serial().orElse(null);
        }
        board.show(told.health(), told.description());
    }

    void unusable(String sentence) {
        synchronized (this) {
            unusable = sentence;
        }
        board.unusable(sentence);
    }

    void killed(String reason) {
        supervisor.killed(reason);
    }

    synchronized boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    // ---- small things ----

    /// The life that can be asked, once it is known whether there is one.
    private synchronized @Nullable Life settled(long end) {
        while (phase == Phase.STARTING) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        if (phase == Phase.CLOSED) {
            throw new IllegalStateException("token \"" + name() + "\" is closed");
        }
        return life;
    }

    private TokenSetback away() {
        return health().setback(name());
    }

    private synchronized RemoteKey remember(KeySpec pinned, @Nullable TokenSetback orElse) {
        if (orElse != null) {
            throw orElse;
        }
        for (RemoteKey key : keys) {
            if (key.spec().equals(pinned)) {
                return key;
            }
        }
        var key = new RemoteKey(this, pinned);
        keys.add(key);
        return key;
    }
}
