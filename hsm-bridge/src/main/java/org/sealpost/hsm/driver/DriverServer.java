package org.sealpost.hsm.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenFailure;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.Tokens;

/// The driver's end of the connection: a token of this process, for the parent.
///
/// Whoever reads never waits for anything else: signatures are futures, and what may block is done by two threads
/// beside it. Who reads, says [Turns].
final class DriverServer implements Connection.Reader {
    private static final int MAX_ORDERS = 64;
    private static final long MAX_INPUT_BYTES = 8 << 20;
    private static final Duration OPENING = Duration.ofSeconds(60);

    private final Connection connection;
    private final Turns turns;
    private final ThreadPoolExecutor orders = new ThreadPoolExecutor(
            2,
            2,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_ORDERS),
            Thread.ofPlatform().daemon().name("hsm-orders-", 0).factory());
    private final List<SigningKey> keys = new CopyOnWriteArrayList<>();
    private final AtomicLong inputBytes = new AtomicLong();

    private volatile Tokens.@Nullable ForDriver opened;

    // Owned by whoever reads.
    private boolean greeted;

    // Guarded by this.
    private Message.@Nullable Health told;

    /// Whether what was told last is that it signs; if not, a signature says otherwise.
    private volatile boolean toldReady;

    DriverServer(Connection connection) {
        this.connection = connection;
        this.turns = new Turns(connection, this, this::tellHealth);
    }

    /// On the calling thread, until the connection ends.
    ///
    /// @throws IOException if it breaks, or the other end sends nonsense
    void run() throws IOException {
        try {
            turns.run();
        } catch (OtherVersion other) {
            // In words that each release understands: they are those of a library that cannot be loaded.
            answer(other.call(), new Message.Unusable(String.valueOf(other.getMessage())));
            throw other;
        }
    }

    // ---- the reading thread ----

    @Override
    public void received(Wire.Frame frame) throws IOException {
        long call = frame.call();
        switch (frame.message()) {
            case Message.Answer answer -> throw new ProtocolError("the parent answers: " + answer);
            case Message.Ping() -> answer(0, new Message.Pong());
            case Message.Hello hello -> {
                greet();
                orders.execute(() -> open(hello));
            }
            case Message.Initialise ceremony -> {
                greet();
                orders.execute(() -> answer(call, initialised(ceremony)));
            }
            case Message.Tokens which -> {
                greet();
                orders.execute(() -> list(call, which));
            }
            case Message.Sign sign -> sign(open(), call, sign);
            case Message.Key(KeySpec spec) -> order(call, open -> keyIs(open.key(spec)));
            case Message.Generate(String name, KeyKind kind) -> order(call, open -> keyIs(open.generate(name, kind)));
            case Message.Keys() -> order(call, open -> list(call, open));
            case Message.Destroy(String name, byte[] spki) ->
                order(call, open -> new Message.Destroyed(open.destroy(name, spki)));
            case Message.DestroyById(String name, byte[] id) ->
                order(call, open -> new Message.Destroyed(open.destroyById(name, id)));
            case Message.StoreCertificate(String name, byte[] spki, byte[] certificate) ->
                order(call, open -> {
                    open.storeCertificate(name, spki, certificate);
                    return new Message.Done();
                });
            case Message.Certificates(String name, byte[] spki) ->
                order(call, open -> new Message.CertificatesAre(open.certificates(name, spki)));
            case Message.ChangePin(Path newPin) ->
                order(call, open -> {
                    open.changePin(newPin);
                    return new Message.Done();
                });
        }
    }

    private void greet() throws ProtocolError {
        if (greeted) {
            throw new ProtocolError("a second greeting");
        }
        greeted = true;
    }

    private Token open() throws ProtocolError {
        Tokens.ForDriver open = opened;
        if (open == null) {
            throw new ProtocolError("an order before the welcome");
        }
        return open.token();
    }

    private void sign(Token open, long call, Message.Sign sign) throws ProtocolError {
        if (sign.key() >= keys.size()) {
            throw new ProtocolError("there is no key " + sign.key());
        }
        byte[] input = sign.input();
        if (inputBytes.addAndGet(input.length) > MAX_INPUT_BYTES) {
            inputBytes.addAndGet(-input.length);
            answer(call, new Message.Full());
            return;
        }
        try {
            keys.get(sign.key())
                    .sign(input, Duration.ofNanos(sign.deadlineNanos()))
                    .whenComplete((signature, failed) -> {
                        inputBytes.addAndGet(-input.length);
                        if (!toldReady) {
                            tellHealth();
                        }
                        answer(call, failed == null ? new Message.Signature(signature) : failure(open, failed));
                    });
        } catch (IllegalArgumentException nonsense) {
            throw new ProtocolError(String.valueOf(nonsense.getMessage()));
        }
    }

    // ---- threads beside it ----

    private void open(Message.Hello hello) {
        try {
            // The reply is ours, and only hands a frame over: no other thread is needed for it.
            Tokens.ForDriver open = Tokens.openForDriver(hello.config(), hello.keys(), Runnable::run, turns);
            keys.addAll(open.keys());
            opened = open;
            answer(
                    0,
                    new Message.Welcome(Message.VERSION, ProcessHandle.current().pid()));
            open.token().settle(OPENING);
            tellHealth();
        } catch (IllegalArgumentException unusable) {
            answer(0, new Message.Unusable(String.valueOf(unusable.getMessage())));
            connection.close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static Message.Answer initialised(Message.Initialise ceremony) {
        try {
            return new Message.Initialised(TokenCeremony.initToken(ceremony.config(), ceremony.wanted()));
        } catch (TokenCeremony.AlreadyInitialised there) {
            return new Message.AlreadyInitialised();
        } catch (IllegalArgumentException unusable) {
            return new Message.Unusable(String.valueOf(unusable.getMessage()));
        } catch (IllegalStateException cannot) {
            return Message.Wrong.of(cannot);
        }
    }

    private void list(long call, Message.Tokens which) {
        try {
            ListedModule shown = Tokens.look(which.module(), which.reserved(), which.profile());
            answer(call, new Message.ModuleIs(shown.manufacturer(), shown.profile(), shown.numbers()));
            shown.tokens().forEach(held -> {
                answer(call, new Message.TokenIs(held.token()));
                answer(call, new Message.MechanismsAre(held.mechanisms()));
            });
            answer(call, new Message.Done());
        } catch (IllegalArgumentException unusable) {
            answer(call, new Message.Unusable(String.valueOf(unusable.getMessage())));
        } catch (IllegalStateException refused) {
            answer(call, Message.Wrong.of(refused));
        }
    }

    private void order(long call, Function<Token, Message.Answer> work) throws ProtocolError {
        Token open = open();
        try {
            orders.execute(() -> {
                Message.Answer answer;
                try {
                    answer = work.apply(open);
                } catch (RuntimeException failed) {
                    answer = Failures.told(failed, open);
                }
                tellHealth();
                answer(call, answer);
            });
        } catch (RejectedExecutionException full) {
            answer(
                    call,
                    Failures.passing(
                            TokenHealth.State.RECOVERING, MAX_ORDERS + " orders wait already", "Try again later."));
        }
    }

    /// Each key in a frame of its own; together they must find room in the socket.
    private Message.Answer list(long call, Token open) {
        List<ListedKey> listed = open.keys();
        long bytes = listed.stream().mapToLong(Wire::bytesOf).sum();
        if (bytes > Wire.MAX_LIST_BYTES) {
            return new Message.Setback(
                    open.health().state(),
                    "the list of its " + listed.size() + " keys has " + bytes + " bytes, of at most "
                            + Wire.MAX_LIST_BYTES,
                    "Remove certificates from the token that nobody needs.",
                    TokenFailure.Reason.FATAL,
                    Optional.empty());
        }
        listed.forEach(key -> answer(call, new Message.Listed(key)));
        return new Message.Done();
    }

    private Message.KeyIs keyIs(SigningKey key) {
        return new Message.KeyIs(number(key), key.spki());
    }

    private int number(SigningKey key) {
        synchronized (keys) {
            int number = keys.indexOf(key);
            if (number >= 0) {
                return number;
            }
            keys.add(key);
            return keys.size() - 1;
        }
    }

    // ---- any thread ----

    /// Told first, so that a caller who was refused finds the reason there.
    private Message.Answer failure(Token open, Throwable failed) {
        tellHealth();
        return Failures.told(failed, open);
    }

    private void tellHealth() {
        Tokens.ForDriver open = opened;
        if (open == null) {
            return;
        }
        Token token = open.token();
        synchronized (this) {
            var now = new Message.Health(
                    token.health(), token.description(), open.serial().get());
            if (!now.equals(told)) {
                told = now;
                toldReady = now.health().isReady();
                answer(0, now);
            }
        }
    }

    /// A parent that does not read what it is sent is none.
    private void answer(long call, Message.Answer answer) {
        if (!connection.send(call, answer)) {
            connection.close();
        }
    }

    /// Fails what waits, and closes the token.
    void close() {
        orders.shutdown();
        Tokens.ForDriver open = opened;
        if (open != null) {
            open.token().close();
        }
    }
}
