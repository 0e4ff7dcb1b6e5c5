package org.sealpost.hsm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The threads that sign for one token: platform threads, because a native call pins a virtual one.
///
/// A call that overruns its deadline keeps its thread for as long as the module likes. Such a lane counts as lost
/// and is replaced, until as many are lost as there are lanes; beyond that, calls wait for the module and fail at
/// their deadline.
final class Lanes {
    private final Pkcs11Token token;
    private final int count;

    // Guarded by this.
    private final List<Lane> running = new ArrayList<>();
    private int lost;
    private int started;

    /// Whether the token has signed since a call was lost last.
    private volatile boolean answers = true;

    Lanes(Pkcs11Token token, int count) {
        this.token = token;
        this.count = count;
    }

    synchronized void start() {
        for (int i = 0; i < count; i++) {
            startOne();
        }
    }

    synchronized int lost() {
        return lost;
    }

    boolean answers() {
        return answers;
    }

    void answered() {
        if (!answers) {
            answers = true;
        }
    }

    /// The module is finalised under the lanes that hang in it: they are not expected back, and others take their
    /// places. Should one come home after all, it ends.
    void writeOff(TokenSetback reason) {
        // Outside the lock: whoever is told may ask for the token's health, which asks us.
        replaceHanging().forEach(call -> call.fail(reason.again()));
    }

    private synchronized List<SignCall> replaceHanging() {
        List<SignCall> calls = new ArrayList<>();
        for (Lane lane : List.copyOf(running)) {
            SignCall hanging = lane.current;
            if (hanging != null) {
                calls.add(hanging);
                running.remove(lane);
                if (lane.overran) {
                    lane.overran = false;
                    lost--;
                }
                if (!lane.replaced) {
                    startOne();
                    lane.replaced = true;
                }
            }
        }
        return calls;
    }

    synchronized void begin(Lane lane, SignCall call) {
        lane.current = call;
    }

    /// Returns whether the lane goes on; it does not if another has taken its place meanwhile.
    synchronized boolean end(Lane lane) {
        lane.current = null;
        if (lane.overran) {
            lane.overran = false;
            lost--;
        }
        return !lane.replaced;
    }

    /// A call has passed its deadline; if a lane is inside the module with it, that lane is lost for now.
    synchronized void overran(SignCall call) {
        for (Lane lane : List.copyOf(running)) {
            if (lane.current == call && !lane.overran) {
                lane.overran = true;
                lost++;
                answers = false;
                if (lost <= count) {
                    startOne();
                    lane.replaced = true;
                }
            }
        }
    }

    /// The lane's thread ends. If nobody asked it to and nobody replaced it, an error has killed it; another goes
    /// on.
    synchronized void gone(Lane lane) {
        running.remove(lane);
        if (lane.overran) {
            lost--;
        }
        if (!lane.replaced && !token.queue().isClosed()) {
            startOne();
        }
    }

    /// Waits until the lanes are gone, but not for those that hang. Returns whether none does.
    boolean join(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        List<Lane> all;
        synchronized (this) {
            all = List.copyOf(running);
        }
        boolean gone = true;
        for (Lane lane : all) {
            gone &= lane.thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        return gone;
    }

    private void startOne() {
        Lane lane = new Lane(token, this, "hsm-" + token.name() + "-" + ++started);
        // Throws where the process may have no more threads now; then nothing has changed.
        lane.thread.start();
        running.add(lane);
    }

    /// One thread with at most one session, which is opened when there is something to sign, and dropped after any
    /// error.
    static final class Lane {
        /// No life of a module has this number.
        private static final long GONE = -1;

        private final Pkcs11Token token;
        private final Lanes lanes;
        private final Thread thread;

        // Guarded by lanes.
        private @Nullable SignCall current;
        private boolean overran;
        private boolean replaced;

        // Owned by the lane's thread.
        private @Nullable Session session;
        private @Nullable Attachment sessionOf;

        Lane(Pkcs11Token token, Lanes lanes, String name) {
            this.token = token;
            this.lanes = lanes;
            // A daemon: a module that hangs must not keep a process from ending.
            this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
        }

        private void run() {
            try {
                SigningQueue.Work work = token.queue().next();
                while (work != null) {
                    if (work.call().isLate()) {
                        // Whoever watches deadlines may come too late itself.
                        token.expire(work.call());
                    } else if (!serveWhole(work)) {
                        return;
                    }
                    work = token.queue().next();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            } finally {
                dropSession();
                lanes.gone(this);
            }
        }

        /// Returns whether the lane goes on.
        private boolean serveWhole(SigningQueue.Work work) {
            lanes.begin(this, work.call());
            byte[] signature = work.call().isOver() ? null : serve(work.call(), work.attachment());
            boolean goesOn = lanes.end(this);
            // Where the caller wants it on this thread, his code is inside nothing of ours.
            if (signature != null) {
                work.call().succeed(signature);
            }
            return goesOn;
        }

        /// Returns null if the call was failed, or is to be tried again.
        private byte @Nullable [] serve(SignCall call, Attachment attachment) {
            switch (attachment.keys().get(call.key())) {
                case null -> token.onUntested(call);
                case Attachment.Binding.Refused refused ->
                    call.fail(refused.reason().again());
                case Attachment.Binding.Bound bound -> {
                    long pass = token.module().gate().enter();
                    if (pass == Gate.REFUSED) {
                        awaitTheGate();
                        token.queue().addAgain(call);
                        return null;
                    }
                    try {
                        return sign(call, attachment, bound, pass);
                    } catch (CryptokiError error) {
                        var remedy = token.module().profile().remedy(error.code());
                        token.onError(call, attachment, bound, remedy, error);
                    } catch (RuntimeException malformed) {
                        token.onError(call, attachment, bound, ReturnCode.Remedy.REOPEN, malformed);
                    }
                }
            }
            return null;
        }

        private void awaitTheGate() {
            try {
                token.module().gate().awaitOpening();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        /// Leaves the gate, whatever comes of it: what is done about an error waits until all are out, and soon
        /// gives up waiting.
        private byte @Nullable [] sign(SignCall call, Attachment attachment, Attachment.Binding.Bound bound, long pass)
                throws CryptokiError {
            try {
                // Asked inside the gate: from here on nobody finalises the module, so the attachment stays good.
                if (!token.queue().isServing(attachment)) {
                    token.queue().addAgain(call);
                    return null;
                }
                Session open = sessionFor(attachment);
                open.validWhile(() -> token.module().gate().isValid(pass));
                byte[] signature = bound.method().sign(open, bound.handle(), call.input());
                // Before anybody acts upon the signature: errors in a row end with it.
                token.onSuccess();
                lanes.answered();
                return signature;
            } catch (CryptokiError | RuntimeException error) {
                closeSession(token.module().gate().isValid(pass) ? attachment.life() : GONE);
                throw error;
            } finally {
                token.module().gate().leave(pass);
            }
        }

        private Session sessionFor(Attachment attachment) throws CryptokiError {
            if (session != null && (sessionOf == null || sessionOf.opening() != attachment.opening())) {
                closeSession(attachment.life());
            }
            if (session == null) {
                session = Session.open(token.module().cryptoki(), attachment.slot(), 0);
                sessionOf = attachment;
            }
            return session;
        }

        /// Inside the gate only.
        private void closeSession(long life) {
            if (session != null && sessionOf != null) {
                if (sessionOf.life() == life) {
                    session.close();
                } else {
                    session.forget();
                }
            }
            session = null;
            sessionOf = null;
        }

        private void dropSession() {
            long pass = token.module().gate().enter();
            try {
                // Outside the gate the module is being finalised, which ends the session too.
                closeSession(pass == Gate.REFUSED ? GONE : token.module().life());
            } finally {
                if (pass != Gate.REFUSED) {
                    token.module().gate().leave(pass);
                }
            }
        }
    }
}
