package org.sealpost.hsm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Attachment.Binding;

/// A token behind a PKCS#11 library in this process.
///
/// Signing runs on its [Lanes]; opening the token and testing its keys on the module's control thread, on which
/// also one session stays open, because a token forgets its login with its last session.
final class Pkcs11Token implements Token {
    private static final System.Logger LOG = System.getLogger(Pkcs11Token.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// Primes are found by chance, and a chip takes a minute now and then.
    private static final Duration GENERATING = KeyMaking.LONGEST;
    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final Duration OLD = Duration.ofMinutes(1);
    private static final int QUEUE_PER_SESSION = 64;
    private static final int ERRORS_BEFORE_REPAIR = 3;

    private final TokenConfig config;
    private final CryptokiModule module;
    private final Executor replies;
    private final Executor failures;
    private final HealthBoard board;
    private final PinPolicy pin;
    private final SigningQueue queue;
    private final Lanes lanes;
    private final List<TokenKey> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger errorsInARow = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    // Written by the control thread only.
    private @Nullable Session session;
    private long sessionLife;
    private long openings;
    /// Keys whose last self-test failed with an error that may as well be the token's.
    private final Set<TokenKey> failing = new HashSet<>();

    private volatile @Nullable TokenLabel seen;

    private Pkcs11Token(
            TokenConfig config, CryptokiModule module, Executor replies, Executor failures, @Nullable Idling idling) {
        this.config = config;
        this.module = module;
        this.replies = replies;
        this.failures = failures;
        this.pin = new PinPolicy(config.label(), new PinFolder(config.pin()), System::nanoTime);
        this.queue = new SigningQueue(config.label(), QUEUE_PER_SESSION * config.sessions(), idling);
        this.lanes = new Lanes(this, config.sessions());
        this.board = new HealthBoard(config.label());
    }

    static Token open(TokenConfig config, Executor replies) {
        Pkcs11Token token = make(config, replies, Replies.ON_THREADS_OF_THEIR_OWN, null);
        token.module.join(token, PATIENCE);
        return token;
    }

    /// Returns before the token is open; tests these keys with the first opening.
    static Tokens.ForDriver begin(TokenConfig config, List<KeySpec> pinned, Executor replies, Idling idling) {
        Pkcs11Token token = make(config, replies, replies, idling);
        List<SigningKey> keys = pinned.stream().<SigningKey>map(token::remember).toList();
        token.module.add(token);
        return new Tokens.ForDriver(token, keys, token::serial);
    }

    private static Pkcs11Token make(TokenConfig config, Executor replies, Executor failures, @Nullable Idling idling) {
        var token = new Pkcs11Token(
                config,
                CryptokiModule.acquire(config.module(), config.reserved(), config.profile()),
                replies,
                failures,
                idling);
        token.lanes.start();
        return token;
    }

    // ---- for callers ----

    @Override
    public SigningKey key(KeySpec spec) {
        requireOpen();
        boolean pinned = spec.pinnedSpki().isPresent();
        if (pinned && queue.attached() == null) {
            return remember(spec);
        }
        try {
            return onControl(() -> bind(spec, attachedOrSetback()));
        } catch (TokenSetback away) {
            if (pinned) {
                return remember(spec);
            }
            throw away;
        }
    }

    @Override
    public SigningKey generate(String name, KeyKind kind) {
        requireOpen();
        KeySpec spec = KeySpec.unpinned(name, kind);
        return onControl(GENERATING, () -> {
            if (inReadWrite(session -> new KeyCheck(session, module.profile()).makeRoom(name, kind))) {
                afterDestruction();
            }
            return makeAndBind(spec);
        });
    }

    private SigningKey makeAndBind(KeySpec spec) throws CryptokiError {
        Attachment attachment = attachedOrSetback();
        Session readWrite = Session.open(module.cryptoki(), attachment.slot(), Cryptoki.READ_WRITE_SESSION);
        boolean unmade = false;
        try {
            Session.Pair made = make(spec, readWrite);
            try {
                return bind(spec, attachment);
            } catch (KeyRefused refused) {
                unmade = true;
                throw refused.andSo(unmake(made, readWrite));
            }
        } finally {
            readWrite.close();
            if (unmade) {
                afterDestruction();
            }
        }
    }

    private Session.Pair make(KeySpec spec, Session readWrite) throws CryptokiError {
        try {
            return new KeyCheck(readWrite, module.profile()).generate(spec.name(), spec.kind());
        } catch (CryptokiError error) {
            if (error.remedy() == ReturnCode.Remedy.REFUSE) {
                String number = "CKM 0x"
                        + Long.toHexString(module.profile()
                                .mechanism(spec.kind())
                                .orElseThrow()
                                .generation());
                throw KeyRefused.because(spec.name(), number, "cannot be made in this token: ", error);
            }
            throw error;
        }
    }

    /// A pair that has not passed its test is good for nothing, and would keep its name from the next one.
    /// Returns what became of it.
    private static String unmake(Session.Pair made, Session readWrite) {
        try {
            readWrite.destroy(made.privateKey());
            readWrite.destroy(made.publicKey());
            return "; the pair that was made is removed again";
        } catch (CryptokiError stays) {
            return "; the pair that was made stays in the token (" + stays.getMessage() + "): destroy it by its CKA_ID";
        }
    }

    @Override
    public List<ListedKey> keys() {
        requireOpen();
        return onControl(() -> {
            attachedOrSetback();
            return new KeyRing(openSession(), module.profile()).list();
        });
    }

    @Override
    public Optional<String> destroy(String name, byte[] spki) {
        byte[] mine = spki.clone();
        return destroy(ring -> ring.requireOne(name, mine));
    }

    @Override
    public Optional<String> destroyById(String name, byte[] id) {
        byte[] mine = id.clone();
        return destroy(ring -> ring.requireOneOfId(name, mine));
    }

    private Optional<String> destroy(RingTask<KeyRing.Meant> which) {
        requireOpen();
        var gone = new AtomicBoolean();
        try {
            onControl(() -> {
                var begun = new AtomicBoolean();
                try {
                    return onRing(ring -> {
                        KeyRing.Meant meant = which.on(ring);
                        begun.set(true);
                        destroy(ring, meant, gone);
                        return true;
                    });
                } finally {
                    if (begun.get()) {
                        afterDestruction();
                    }
                }
            });
            return Optional.empty();
        } catch (TokenFailure rest) {
            if (!gone.get()) {
                throw rest;
            }
            return Optional.of(String.valueOf(rest.getMessage()));
        }
    }

    private void destroy(KeyRing ring, KeyRing.Meant meant, AtomicBoolean gone) throws CryptokiError {
        Attachment before = attachedOrSetback();
        List<TokenKey> held = held(meant);
        held.forEach(this::doubt);
        try {
            ring.destroy(meant, () -> {
                gone.set(true);
                held.forEach(this::bury);
            });
        } catch (KeyRefused stays) {
            held.stream().filter(TokenKey::isInDoubt).forEach(key -> spare(key, before));
            throw stays;
        }
    }

    /// Part of it may have been destroyed, too.
    private void afterDestruction() {
        if (module.profile().answers().mixesUpHandles()) {
            module.renew("initialised anew, because an object was destroyed");
        }
    }

    @Override
    public void storeCertificate(String name, byte[] spki, byte[] certificate) {
        requireOpen();
        KeyCertificate mine = KeyCertificate.of(certificate, spki);
        onControl(() -> onRing(ring -> {
            ring.store(name, mine);
            return true;
        }));
    }

    @Override
    public List<byte[]> certificates(String name, byte[] spki) {
        requireOpen();
        byte[] mine = spki.clone();
        return onControl(() -> onRing(ring -> ring.certificates(name, mine)));
    }

    @Override
    public void changePin(Path newPin) {
        requireOpen();
        onControl(() -> {
            Attachment attachment = attachedOrSetback();
            Session readWrite = Session.open(module.cryptoki(), attachment.slot(), Cryptoki.READ_WRITE_SESSION);
            try {
                pin.change(readWrite, module.profile().answers(), newPin);
                return true;
            } catch (CryptokiError unknown) {
                // Only a login tells which PIN is in force, and the token forgets ours with its sessions.
                module.repair(attachment.life(), unknown.getMessage(), unknown.code());
                throw unknown;
            } finally {
                readWrite.close();
            }
        });
    }

    @Override
    public TokenHealth health() {
        return board.health(lanes.lost(), lanes.answers(), module.silentFor());
    }

    @Override
    public TokenHealth settle(Duration patience) throws InterruptedException {
        board.awaitOutcome(patience);
        return health();
    }

    @Override
    public String description() {
        TokenLabel label = seen;
        return label != null ? label.description() : "label \"" + config.label() + "\", not seen yet";
    }

    /// Of the token that was opened, once one was.
    private Optional<String> serial() {
        return Optional.ofNullable(seen).map(TokenLabel::serial);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        var reason = new TokenSetback(name(), TokenHealth.State.CLOSED, "closed by this program", "Open it again.");
        board.show(reason);
        queue.close(reason);
        module.leave(this);
        try {
            // A library that has lost one call may lose the next one, too (seen with p11-kit): then nobody else of
            // this process could use it, not even its other tokens.
            if (lanes.join(CLOSING)) {
                module.call(
                        () -> {
                            closeSession();
                            return true;
                        },
                        CLOSING);
            } else {
                leaveSession();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | CryptokiError hangs) {
            leaveSession();
        } finally {
            module.release();
        }
    }

    private void leaveSession() {
        LOG.log(System.Logger.Level.WARNING, "token {0}: the module hangs; its session is left to it", name());
    }

    CompletableFuture<byte[]> submit(SignCall call) {
        Deadlines.shared().add(call);
        queue.add(call);
        return call.answer();
    }

    void expire(SignCall call) {
        TokenHealth now = health();
        String reason =
                "no signature within " + call.patience().toMillis() + " ms" + (now.isReady() ? "" : "; " + now.cause());
        var state = now.isReady() ? TokenHealth.State.UNRESPONSIVE : now.state();
        if (call.fail(TokenSetback.timeout(name(), state, reason, now.remedy()))) {
            queue.remove(call);
            lanes.overran(call);
        }
    }

    /// Signatures come from a lane, which is inside nothing then.
    Executor replies() {
        return replies;
    }

    /// Failures come from any thread, the one of all deadlines among others, and from under locks.
    Executor failures() {
        return failures;
    }

    // ---- for lanes ----

    String name() {
        return config.label();
    }

    CryptokiModule module() {
        return module;
    }

    SigningQueue queue() {
        return queue;
    }

    void onSuccess() {
        errorsInARow.setPlain(0);
        module.calm();
    }

    /// The table of what to do about a return code; the session that saw it is closed already.
    void onError(SignCall call, Attachment attachment, Binding.Bound bound, ReturnCode.Remedy remedy, Exception error) {
        String cause = String.valueOf(error.getMessage());
        ReturnCode code = TokenFailure.codeIn(error);
        switch (remedy) {
            case REFUSE -> {
                call.fail(refused(call, bound, error));
                return;
            }
            case REINITIALISE -> module.repair(attachment.life(), cause, code);
            case LOGIN -> {
                if (queue.hold(attachment)) {
                    board.recovering(cause, code);
                    module.reopen();
                }
            }
            // A PIN error from a signature concerns no PIN of ours: only C_Login latches.
            case REOPEN, PIN -> {
                if (errorsInARow.incrementAndGet() >= ERRORS_BEFORE_REPAIR) {
                    errorsInARow.set(0);
                    module.repair(attachment.life(), cause, code);
                }
            }
        }
        if (call.mayTryAgain()) {
            queue.addAgain(call);
        } else {
            call.fail(new TokenSetback(name(), TokenHealth.State.RECOVERING, cause, HealthBoard.LOOKED_FOR, error));
        }
    }

    private static KeyRefused refused(SignCall call, Binding.Bound bound, Exception error) {
        String name = call.key().spec().name();
        String mechanism = bound.method().mechanismName();
        return error instanceof CryptokiError refusal
                ? KeyRefused.because(name, mechanism, "cannot be used: ", refusal)
                : KeyRefused.because(name, mechanism, "cannot be used: " + error.getMessage());
    }

    /// A key that was remembered while the token was being opened, and so missed its test; or that is destroyed while
    /// the call waits.
    void onUntested(SignCall call) {
        if (call.key().isDestroyed()) {
            call.fail(call.key().gone());
            return;
        }
        call.fail(
                call.key().isInDoubt()
                        ? inDoubt(call.key())
                        : new TokenSetback(
                                name(),
                                TokenHealth.State.RECOVERING,
                                call.key() + " has not passed its self-test yet",
                                HealthBoard.LOOKED_FOR));
        module.lookAgain();
    }

    // ---- for the module's control thread ----

    /// Opens the token, or tests again the keys that failed. Ends with a state in any case, never with an
    /// exception.
    void attach() {
        if (closed.get()) {
            return;
        }
        Attachment now = queue.attached();
        try {
            if (now == null) {
                Attachment opened = openAnew();
                queue.serve(opened);
                show(opened);
            } else {
                // Shown in any case: whoever reported the fault may have written its state after ours.
                showIfServing(allBound(now) ? now : test(now));
            }
        } catch (TokenSetback setback) {
            closeSession();
            refuse(setback);
        } catch (CryptokiError error) {
            absent(error);
        } catch (RuntimeException unexpected) {
            LOG.log(System.Logger.Level.ERROR, "token " + name() + " cannot be opened", unexpected);
            absent(unexpected);
        }
    }

    /// The module cannot even be initialised, or failed while the token was opened.
    void absent(Exception cause) {
        if (closed.get()) {
            return;
        }
        closeSession();
        String words = cause instanceof CryptokiError ? String.valueOf(cause.getMessage()) : cause.toString();
        var setback = new TokenSetback(name(), TokenHealth.State.ABSENT, words, HealthBoard.LOOKED_FOR, cause);
        refuse(setback);
    }

    private void refuse(TokenSetback setback) {
        // Shown first, so that a caller who was refused finds the reason there.
        board.show(setback);
        queue.fail(setback);
    }

    /// Called by any thread that saw the module break.
    ///
    /// @param code what the module returned; null if that is not why
    void detach(@Nullable String cause, @Nullable ReturnCode code) {
        if (queue.hold()) {
            board.recovering(cause, code);
        }
    }

    /// The module is being finalised: the session ends with it.
    void forgetSession() {
        if (session != null) {
            session.forget();
            session = null;
        }
    }

    /// Calls inside the module were given up.
    void writeOff() {
        lanes.writeOff(new TokenSetback(
                name(),
                TokenHealth.State.UNRESPONSIVE,
                "the call has not come back and is given up",
                HealthBoard.LOOKED_FOR));
    }

    /// Whether anybody would suffer if the module were initialised anew.
    boolean isServing() {
        Attachment now = queue.attached();
        return now != null
                && (keys.isEmpty() || now.keys().values().stream().anyMatch(Binding.Bound.class::isInstance));
    }

    /// Whether looking again in the module as it is leads nowhere: at once where there is no token, and after a while
    /// where the wrong one may be there, since some libraries see an exchange with C_Initialize only.
    boolean needsNewLife(Duration age) {
        return switch (board.state()) {
            case ABSENT, RECOVERING -> true;
            case PIN_BLOCKED, AMBIGUOUS_TOKEN -> age.compareTo(OLD) >= 0;
            // It is open, so that this shows.
            case KEY_REFUSED, AMBIGUOUS_KEY -> age.compareTo(OLD.multipliedBy(10)) >= 0;
            case READY, UNRESPONSIVE, LOCKED_OUT, FOREIGN_STORE, CLOSED -> false;
        };
    }

    boolean wantsAttention() {
        Attachment now = queue.attached();
        return !closed.get() && (now == null || !allBound(now));
    }

    private Attachment openAnew() throws CryptokiError {
        closeSession();
        // If no serial is configured, the one that was seen first counts for the life of this object.
        TokenFinder.Found found =
                new TokenFinder(module, name(), config.serial().or(this::serial)).find();
        session = Session.open(module.cryptoki(), found.slot(), 0);
        sessionLife = module.life();
        pin.login(session, found.label(), module.profile().answers());
        seen = found.label();
        return test(new Attachment(++openings, module.life(), found.slot(), Map.of()));
    }

    /// Puts every key that is not bound yet through its test.
    private Attachment test(Attachment attachment) throws CryptokiError {
        Map<TokenKey, Binding> bindings = new HashMap<>(attachment.keys());
        CryptokiError failed = null;
        for (TokenKey key : keys) {
            if (!(bindings.get(key) instanceof Binding.Bound)) {
                try {
                    bindings.put(key, check(key.spec()).binding());
                    failing.remove(key);
                    key.spare();
                } catch (KeyRefused refused) {
                    if (key.isInDoubt() && refused.reason() == TokenFailure.Reason.KEY_MISSING) {
                        bindings.remove(key);
                        bury(key);
                    } else {
                        key.spare();
                        bindings.put(key, new Binding.Refused(refused));
                    }
                } catch (CryptokiError error) {
                    if (failing.add(key)) {
                        throw error;
                    }
                    // The second time. If others pass, it is the key: they are not to suffer for it.
                    failed = error;
                    bindings.put(key, new Binding.Refused(untestable(key, error)));
                    renewSession(attachment.slot());
                }
            }
        }
        if (failed != null && bindings.values().stream().noneMatch(Binding.Bound.class::isInstance)) {
            throw failed;
        }
        return new Attachment(attachment.opening(), attachment.life(), attachment.slot(), bindings);
    }

    private static KeyRefused untestable(TokenKey key, CryptokiError error) {
        return KeyRefused.because(key.spec().name(), "signature", "of its self-test fails again and again: ", error);
    }

    /// What a session is in after an error, nobody knows. The next is opened first: a token forgets its login with
    /// its last session.
    private void renewSession(long slot) throws CryptokiError {
        Session erred = openSession();
        session = Session.open(module.cryptoki(), slot, 0);
        erred.close();
    }

    private SigningKey bind(KeySpec spec, Attachment attachment) throws CryptokiError {
        KeyCheck.Passed passed;
        try {
            passed = check(spec);
        } catch (CryptokiError error) {
            if (spec.pinnedSpki().isPresent()) {
                failing.add(remember(spec));
            }
            throw error;
        }
        TokenKey key = remember(KeySpec.pinned(spec.name(), spec.kind(), passed.spki()));
        failing.remove(key);
        key.spare();
        // If the token broke meanwhile, the key is tested again when it is opened.
        showIfServing(attachment.with(key, passed.binding()));
        return key;
    }

    private void showIfServing(Attachment attachment) {
        queue.update(attachment);
        if (queue.isServing(attachment)) {
            show(attachment);
        }
    }

    private void show(Attachment attachment) {
        board.show(attachment);
        // Whoever saw it break since it is served may have said so before us.
        if (!queue.isServing(attachment)) {
            board.recovering("it broke as soon as it was opened", null);
        }
    }

    private KeyCheck.Passed check(KeySpec spec) throws CryptokiError {
        return new KeyCheck(openSession(), module.profile()).pass(spec);
    }

    private Session openSession() {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("no session, though " + name() + " is open");
        }
        return open;
    }

    private List<TokenKey> held(KeyRing.Meant meant) {
        return keys.stream()
                .filter(key -> key.spec().name().equals(meant.name())
                        && meant.spki()
                                .filter(spki -> Arrays.equals(key.spki(), spki))
                                .isPresent())
                .toList();
    }

    /// Before it is destroyed, so that no signature meets a handle that has become nothing, which would look like
    /// a lost device.
    private void doubt(TokenKey key) {
        key.doubt();
        withdraw(key);
    }

    /// The token keeps it.
    private void spare(TokenKey key, Attachment before) {
        key.spare();
        Binding binding = before.keys().get(key);
        Attachment now = queue.attached();
        if (binding != null && now != null && now.opening() == before.opening()) {
            showIfServing(now.with(key, binding));
        }
    }

    /// A key that is destroyed is not looked for at the next opening, and nothing is wrong because it is
    /// missing.
    private void bury(TokenKey key) {
        key.markDestroyed();
        keys.remove(key);
        failing.remove(key);
        withdraw(key);
    }

    private void withdraw(TokenKey key) {
        Attachment now = queue.attached();
        if (now != null) {
            showIfServing(now.without(key));
        }
    }

    TokenSetback inDoubt(TokenKey key) {
        return new TokenSetback(
                name(),
                TokenHealth.State.RECOVERING,
                key + " was to be destroyed, and it is not known yet whether it was",
                HealthBoard.LOOKED_FOR);
    }

    private void closeSession() {
        if (session != null) {
            if (sessionLife == module.life()) {
                session.close();
            } else {
                session.forget();
            }
            session = null;
        }
    }

    // ---- small things ----

    private TokenKey remember(KeySpec pinned) {
        synchronized (keys) {
            for (TokenKey key : keys) {
                if (key.spec().equals(pinned)) {
                    return key;
                }
            }
            var key = new TokenKey(this, pinned);
            keys.add(key);
            return key;
        }
    }

    private boolean allBound(Attachment attachment) {
        return keys.stream().allMatch(key -> attachment.keys().get(key) instanceof Binding.Bound);
    }

    private Attachment attachedOrSetback() {
        Attachment attachment = queue.attached();
        if (attachment == null) {
            throw health().setback(name());
        }
        return attachment;
    }

    private interface ControlTask<T> {
        T run() throws CryptokiError;
    }

    private interface SessionTask<T> {
        T in(Session readWrite) throws CryptokiError;
    }

    private interface RingTask<T> {
        T on(KeyRing ring) throws CryptokiError;
    }

    /// In a read-write session of its own; control thread only.
    private <T> T inReadWrite(SessionTask<T> task) throws CryptokiError {
        Session readWrite = Session.open(module.cryptoki(), attachedOrSetback().slot(), Cryptoki.READ_WRITE_SESSION);
        try {
            return task.in(readWrite);
        } finally {
            readWrite.close();
        }
    }

    private <T> T onRing(RingTask<T> task) throws CryptokiError {
        return inReadWrite(session -> task.on(new KeyRing(session, module.profile())));
    }

    private <T> T onControl(ControlTask<T> task) {
        return onControl(PATIENCE, task);
    }

    private <T> T onControl(Duration patience, ControlTask<T> task) {
        try {
            return module.call(
                    () -> {
                        long life = module.life();
                        try {
                            return task.run();
                        } catch (CryptokiError error) {
                            if (error.remedy() == ReturnCode.Remedy.REINITIALISE) {
                                module.repair(life, error.getMessage(), error.code());
                            } else if (queue.hold()) {
                                // The session of the control thread is not used again after an error either.
                                board.recovering(error.getMessage(), error.code());
                                module.reopen();
                            }
                            throw error;
                        }
                    },
                    patience);
        } catch (CryptokiError error) {
            throw new TokenSetback(
                    name(), health().state(), String.valueOf(error.getMessage()), HealthBoard.LOOKED_FOR, error);
        } catch (TimeoutException slow) {
            TokenHealth now = health();
            var late = TokenSetback.timeout(
                    name(), now.state(), "no answer within " + patience.toSeconds() + " s", now.remedy());
            late.initCause(slow);
            throw late;
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("token \"" + name() + "\" is closed");
        }
    }
}
