package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/// Stands between us and a real library: counts calls and, where told to, answers in the library's place.
///
/// A fault is asked for its return code; 0 lets the call through to the library. Each serves one call, unless it
/// is put back.
final class Faults implements AutoCloseable {
    private static final int FINALIZE = 1;
    private static final int SLOT_LIST = 4;
    private static final int INIT_TOKEN = 9;
    private static final int INIT_PIN = 10;
    private static final int SET_PIN = 11;
    private static final int LOGIN = 18;
    private static final int CREATE_OBJECT = 20;
    private static final int DESTROY_OBJECT = 22;
    private static final int SIGN_INIT = 42;
    private static final int SIGN = 43;

    private final Arena arena = Arena.ofShared();
    private final CryptokiModule module;
    private final Watched finalizing;
    private final Watched slotLists;
    private final Watched initTokens;
    private final Watched initPins;
    private final Watched setPins;
    private final Watched logins;
    private final Watched creations;
    private final Watched destructions;
    private final Watched signInits;
    private final Watched signs;

    /// Before the token is opened.
    Faults(Path library) throws Exception {
        this(library, Optional.empty());
    }

    /// As the other, before a library that must be told something when it is initialised.
    Faults(Path library, Optional<String> reserved) throws Exception {
        module = CryptokiModule.acquire(library, reserved);
        finalizing = new Watched(FINALIZE, FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        slotLists = new Watched(SLOT_LIST, FunctionDescriptor.of(JAVA_LONG, JAVA_BYTE, ADDRESS, ADDRESS));
        initTokens = new Watched(INIT_TOKEN, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS));
        initPins = new Watched(INIT_PIN, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
        logins = new Watched(LOGIN, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
        setPins = new Watched(
                SET_PIN, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));
        creations =
                new Watched(CREATE_OBJECT, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS));
        destructions = new Watched(DESTROY_OBJECT, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        signInits = new Watched(SIGN_INIT, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
        signs = new Watched(SIGN, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
    }

    Watched finalizing() {
        return finalizing;
    }

    Watched slotLists() {
        return slotLists;
    }

    Watched initTokens() {
        return initTokens;
    }

    Watched initPins() {
        return initPins;
    }

    Watched setPins() {
        return setPins;
    }

    Watched creations() {
        return creations;
    }

    Watched destructions() {
        return destructions;
    }

    Watched logins() {
        return logins;
    }

    Watched signInits() {
        return signInits;
    }

    Watched signs() {
        return signs;
    }

    @Override
    public void close() throws Exception {
        for (Watched watched : new Watched[] {
            finalizing, slotLists, initTokens, initPins, setPins, logins, creations, destructions, signInits, signs
        }) {
            replace(watched.index, stub -> watched.real);
        }
        // The arena stays open: a thread may still be on its way through a stub.
        module.release();
    }

    /// One function of the library.
    final class Watched {
        private final int index;
        private MemorySegment real;
        private final AtomicInteger calls = new AtomicInteger();
        private final ConcurrentLinkedQueue<LongSupplier> faults = new ConcurrentLinkedQueue<>();

        Watched(int index, FunctionDescriptor shape) throws Exception {
            this.index = index;
            MethodHandle fault = MethodHandles.lookup().bind(this, "fault", MethodType.methodType(long.class));
            MethodHandle isNone = MethodHandles.lookup()
                    .findStatic(Faults.class, "isNone", MethodType.methodType(boolean.class, long.class));
            replace(index, function -> {
                real = function;
                MethodHandle toLibrary = Linker.nativeLinker().downcallHandle(real, shape);
                // fault() first; if it is 0 the library is called with the same arguments, else its answer is it.
                MethodHandle answer = MethodHandles.dropArguments(
                        MethodHandles.identity(long.class), 1, toLibrary.type().parameterList());
                MethodHandle choice = MethodHandles.guardWithTest(
                        isNone, MethodHandles.dropArguments(toLibrary, 0, long.class), answer);
                MethodHandle watched = MethodHandles.foldArguments(choice, fault);
                return Linker.nativeLinker().upcallStub(watched, shape, arena);
            });
        }

        int calls() {
            return calls.get();
        }

        Watched next(long code) {
            return next(() -> code);
        }

        /// Asked for its code when the call comes.
        Watched next(LongSupplier fault) {
            faults.add(fault);
            return this;
        }

        /// As many calls as the barrier has parties, all of them when the last is there.
        void together(CyclicBarrier barrier, long code) {
            for (int i = 0; i < barrier.getParties(); i++) {
                faults.add(() -> {
                    try {
                        barrier.await();
                    } catch (InterruptedException | BrokenBarrierException stop) {
                        throw new IllegalStateException(stop);
                    }
                    return code;
                });
            }
        }

        /// From now on, each call, until [#heal].
        void always(long code) {
            faults.add(new LongSupplier() {
                @Override
                public long getAsLong() {
                    faults.add(this);
                    return code;
                }
            });
        }

        /// The next call stays inside the library until the latch is open, and is carried out then.
        void hang(CountDownLatch until) {
            faults.add(() -> {
                try {
                    until.await();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
                return 0;
            });
        }

        /// Faults that no call has met yet.
        int waiting() {
            return faults.size();
        }

        void heal() {
            faults.clear();
        }

        long fault() {
            calls.incrementAndGet();
            LongSupplier next = faults.poll();
            return next == null ? 0 : next.getAsLong();
        }
    }

    /// On the control thread, where no test before is still finalising the library.
    private void replace(int index, UnaryOperator<MemorySegment> replacement) throws Exception {
        module.call(
                () -> {
                    module.cryptoki().replace(index, replacement);
                    return true;
                },
                Duration.ofMinutes(2));
    }

    static boolean isNone(long code) {
        return code == 0;
    }
}
