package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One vendor's library in this process, shared by all tokens that are opened through it.
///
/// A library is initialised once per process, and C_Finalize ends the sessions of all its tokens. So one thread
/// per library, the control thread, does everything but signing: initialise, finalise, open tokens, test and make
/// keys. That makes repair single-flight by construction, and a library that hangs holds up this thread and
/// nobody else.
final class CryptokiModule {
    private static final System.Logger LOG = System.getLogger(CryptokiModule.class.getName());
    private static final Duration DRAIN = Duration.ofSeconds(1);
    private static final int GIVE_UP_AFTER = 4;
    private static final int MAX_WRITTEN_OFF = 64;
    private static final Duration SLOW = Duration.ofSeconds(5);

    // Libraries stay loaded for the life of the process; guarded by the class.
    private static final Map<Path, CryptokiModule> LOADED = new HashMap<>();

    private final Path library;
    private final Cryptoki cryptoki;
    private final Gate gate = new Gate();
    private final ScheduledThreadPoolExecutor control;
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private final List<Pkcs11Token> tokens = new CopyOnWriteArrayList<>();
    private final AtomicBoolean repairing = new AtomicBoolean();
    private final AtomicInteger attempt = new AtomicInteger();
    private final AtomicBoolean looking = new AtomicBoolean();

    // Guarded by the class.
    private int users;
    private @Nullable String reserved;
    private @Nullable Profile chosen;

    // Written by the control thread only.
    private boolean initialised;
    private long born = System.nanoTime();
    private int inVain;
    private int looks;
    private int writtenOff;
    private volatile long life;
    private volatile long busySince;
    private volatile Profile profile = Profiles.STANDARD;
    private @Nullable Future<?> retry;

    private CryptokiModule(Path library) {
        this.library = library;
        this.cryptoki = Cryptoki.load(library);
        this.control = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform()
                        .daemon()
                        .name("hsm-control-" + library.getFileName())
                        .factory());
        control.setRemoveOnCancelPolicy(true);
    }

    /// As the other, for whoever leaves the profile to the module's manufacturer, or to who uses it already.
    static CryptokiModule acquire(Path path, Optional<String> reserved) {
        return acquire(path, reserved, Optional.empty());
    }

    /// The module of this path, loaded if need be. Whoever acquires it releases it.
    ///
    /// @throws IllegalArgumentException if it cannot be loaded, or is in use with other parameters
    static CryptokiModule acquire(Path path, Optional<String> reserved, Optional<String> profile) {
        Optional<Profile> wanted = Profiles.chosen(profile);
        Path library;
        try {
            library = path.toRealPath();
        } catch (IOException missing) {
            throw new IllegalArgumentException("there is no PKCS#11 library " + path, missing);
        }
        synchronized (CryptokiModule.class) {
            CryptokiModule module = LOADED.get(library);
            if (module == null) {
                module = new CryptokiModule(library);
                LOADED.put(library, module);
            }
            if (module.users > 0 && !Optional.ofNullable(module.reserved).equals(reserved)) {
                throw new IllegalArgumentException(
                        library + " is in use with another reserved string; a process can initialise it only once");
            }
            boolean other = !Optional.ofNullable(module.chosen).equals(wanted);
            if (module.users > 0 && wanted.isPresent() && other) {
                throw new IllegalArgumentException(
                        library
                                + " is in use with another profile; give all its tokens the same one, since a process can initialise it only once");
            }
            if (module.users == 0) {
                module.chosen = wanted.orElse(null);
            }
            module.reserved = reserved.orElse(null);
            module.users++;
            return module;
        }
    }

    void release() {
        boolean last;
        synchronized (CryptokiModule.class) {
            users--;
            last = users == 0;
        }
        if (last) {
            // Runs before anything that a later user asks for, so that this user's options and logins end here.
            execute(Duration.ZERO, this::finaliseAfterUse);
        }
    }

    Cryptoki cryptoki() {
        return cryptoki;
    }

    Gate gate() {
        return gate;
    }

    /// What is special about the module, once it was initialised.
    Profile profile() {
        return profile;
    }

    /// How often the module was initialised; handles of an earlier life mean nothing.
    long life() {
        return life;
    }

    /// How long the control thread has been inside one task, if that is longer than it should be.
    Optional<Duration> silentFor() {
        long since = busySince;
        Duration silent = since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
        return silent.compareTo(SLOW) > 0 ? Optional.of(silent) : Optional.empty();
    }

    /// Runs a task on the control thread and waits for it.
    ///
    /// @throws TimeoutException if it is not done in time; it may still be done later if it had begun
    <T> T call(Callable<T> task, Duration patience) throws TimeoutException, CryptokiError {
        Future<T> answer = control.submit(() -> timed(task));
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case CryptokiError error -> throw error;
                case RuntimeException error -> throw error;
                default -> throw new IllegalStateException(failed.getCause());
            }
        } catch (TimeoutException slow) {
            answer.cancel(false);
            throw slow;
        } catch (InterruptedException stop) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }

    /// Adds a token and tries to open it; returns when the first try is over or the patience is.
    void join(Pkcs11Token token, Duration patience) {
        tokens.add(token);
        try {
            call(
                    () -> {
                        openAll();
                        return true;
                    },
                    patience);
        } catch (TimeoutException | CryptokiError later) {
            LOG.log(System.Logger.Level.WARNING, "{0} does not answer; going on without it for now", library);
        }
    }

    /// Adds a token and returns; it is opened as soon as the control thread comes to it.
    void add(Pkcs11Token token) {
        tokens.add(token);
        execute(Duration.ZERO, this::openAll);
    }

    void leave(Pkcs11Token token) {
        tokens.remove(token);
    }

    /// Something is broken in the life that the caller saw: drop all sessions of all tokens, initialise the
    /// module anew, open the tokens again. Returns at once; calls by many threads for one fault make one
    /// repair.
    ///
    /// @param code what the module returned; null if that is not why
    void repair(long lifeSeen, @Nullable String cause, @Nullable ReturnCode code) {
        if (lifeSeen != life || !repairing.compareAndSet(false, true)) {
            return;
        }
        LOG.log(System.Logger.Level.WARNING, "{0}: {1}; initialising it anew", library, cause);
        tokens.forEach(token -> token.detach(cause, code));
        execute(backoff.before(attempt.getAndIncrement()), () -> {
            reinitialise();
            repairing.set(false);
            openAll();
        });
    }

    /// As [#repair], but at once, and done when it returns; control thread only, and in no session.
    void renew(String cause) {
        tokens.forEach(token -> token.detach(cause, null));
        reinitialise();
        openAll();
    }

    /// Opens again what is not open, without touching what is.
    void reopen() {
        execute(backoff.before(attempt.getAndIncrement()), this::openAll);
    }

    /// As [#reopen], for whoever may ask for it with each call: many before it is done make one.
    void lookAgain() {
        if (looking.compareAndSet(false, true)) {
            execute(backoff.before(attempt.getAndIncrement()), () -> {
                looking.set(false);
                openAll();
            });
        }
    }

    /// A token signs: the next fault is a new one and is repaired without delay.
    void calm() {
        if (attempt.get() != 0) {
            attempt.set(0);
        }
    }

    /// Control thread only.
    void ensureInitialised() throws CryptokiError {
        if (initialised) {
            return;
        }
        Optional<String> parameters;
        Optional<Profile> wanted;
        synchronized (CryptokiModule.class) {
            parameters = Optional.ofNullable(reserved);
            wanted = Optional.ofNullable(chosen);
        }
        Profile.Initialisation how = wanted.orElse(Profiles.STANDARD).initialisation();
        try {
            cryptoki.initialize(parameters.or(how::reserved).orElse(null), how.locking() == Profile.Locking.OS);
        } catch (CryptokiError error) {
            // Another part of this process has initialised it. We share it then, and it shares our repairs.
            if (error.code().value() != ReturnCode.CRYPTOKI_ALREADY_INITIALIZED) {
                endWhatDidNotBegin();
                throw error;
            }
        }
        profile = wanted.isPresent() ? wanted.get() : Profiles.ofManufacturer(cryptoki.manufacturer());
        initialised = true;
        born = System.nanoTime();
        life++;
    }

    /// A library may keep what C_Initialize has failed over, and fail over it again whatever was corrected since
    /// (kryoptic its configuration). Others say that they are not initialised.
    private void endWhatDidNotBegin() {
        try {
            cryptoki.finalise();
        } catch (CryptokiError error) {
            LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", library, error.getMessage());
        }
    }

    private void openAll() {
        Future<?> pending = retry;
        if (pending != null) {
            pending.cancel(false);
        }
        // A try that was planned for a token that has been closed since would leave the library initialised, with
        // what was its environment then, for whoever uses it next.
        if (tokens.isEmpty()) {
            return;
        }
        try {
            ensureInitialised();
            tokens.forEach(Pkcs11Token::attach);
        } catch (CryptokiError error) {
            tokens.forEach(token -> token.absent(error));
        }
        if (tokens.stream().noneMatch(Pkcs11Token::wantsAttention)) {
            looks = 0;
            return;
        }
        // While others sign, which calms the count of attempts, what is refused is looked at less and less often.
        int tries = attempt.incrementAndGet();
        boolean serving = tokens.stream().anyMatch(Pkcs11Token::isServing);
        retry = execute(backoff.before(serving ? Math.max(tries, ++looks) : tries), this::tryAgain);
    }

    private void tryAgain() {
        // A library that shows no token at all may have lost touch with its device for good (p11-kit, network
        // HSMs): only initialising heals that. While another token of it signs, looking again must do.
        Duration age = Duration.ofNanos(System.nanoTime() - born);
        boolean anyInVain = tokens.stream().anyMatch(token -> token.needsNewLife(age));
        boolean anyServing = tokens.stream().anyMatch(Pkcs11Token::isServing);
        if (anyInVain && !anyServing) {
            reinitialise();
        }
        openAll();
    }

    /// Leaves the module not initialised; [#ensureInitialised] does the rest.
    ///
    /// What C_Finalize does under a call that hangs is undefined, so at first the tokens are opened again in the
    /// life that is. But a call may hang for ever though the token's process is long dead (seen with p11-kit). So
    /// when that has failed several times, and nothing of this module signs, the hanging calls are given up: the
    /// alternative is a restart of the whole process.
    private void reinitialise() {
        try {
            if (gate.shut(DRAIN)) {
                inVain = 0;
            } else if (++inVain < GIVE_UP_AFTER || writtenOff + gate.inside() > MAX_WRITTEN_OFF) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: {1} calls have not come back, so it is not finalised now",
                        library,
                        gate.inside());
                return;
            } else {
                inVain = 0;
                int lost = gate.writeOff();
                cryptoki.abandon();
                writtenOff += lost;
                LOG.log(System.Logger.Level.ERROR, "{0}: {1} calls are given up, with their threads", library, lost);
                tokens.forEach(Pkcs11Token::writeOff);
            }
            finaliseNow();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            gate.open();
        }
    }

    private void finaliseNow() {
        // Again, although whoever asked for the repair did so: a token may have been opened since.
        tokens.forEach(token -> token.detach("the module is initialised anew", null));
        tokens.forEach(Pkcs11Token::forgetSession);
        if (initialised) {
            initialised = false;
            try {
                cryptoki.finalise();
            } catch (CryptokiError error) {
                LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", library, error.getMessage());
            }
        }
    }

    private void finaliseAfterUse() {
        reinitialise();
        if (!tokens.isEmpty()) {
            openAll();
        }
    }

    private Future<?> execute(Duration delay, Runnable task) {
        return control.schedule(
                () -> {
                    try {
                        timed(() -> {
                            task.run();
                            return true;
                        });
                    } catch (Throwable bug) {
                        // A repair must never end the repairing: report it, and try again later.
                        LOG.log(System.Logger.Level.ERROR, library + ": repair failed", bug);
                        repairing.set(false);
                        execute(backoff.before(attempt.incrementAndGet()), this::tryAgain);
                    }
                },
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private <T> T timed(Callable<T> task) throws Exception {
        busySince = System.nanoTime();
        try {
            return task.call();
        } finally {
            busySince = 0;
        }
    }

    @Override
    public String toString() {
        return library.toString();
    }
}
