package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// Kills this process (SIGKILL) at one place of the preparation of a token, for tests that run it in a process
/// of its own. Each call into the library that changes something has three places, counted from 0 over all
/// calls: before it, a random while after it began, and after it.
public final class KillPoint {
    private static final int SIGKILL = 9;
    private static final int PLACES_OF_A_CALL = 3;
    private static final long LONGEST_WHILE_NANOS = 40_000_000;

    /// C_Initialize, C_InitToken, C_InitPIN, C_SetPIN, C_Login, C_GenerateKeyPair by their places in CK_FUNCTION_LIST.
    private static final Map<Integer, FunctionDescriptor> CALLS = Map.of(
            0, FunctionDescriptor.of(JAVA_LONG, ADDRESS),
            9, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
            10, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
            11, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG),
            18, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
            59,
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private final int place;
    private final Random random;
    private int calls;

    private KillPoint(int place, long seed) {
        this.place = place;
        this.random = new Random(seed);
    }

    /// Whether a place lies between the beginning and the end of a call, where the library's own writing is cut.
    public static boolean isWithinACall(int place) {
        return place % PLACES_OF_A_CALL == 1;
    }

    /// Before the library is used.
    public static void arm(Path library, int place, long seed) throws Exception {
        var point = new KillPoint(place, seed);
        CryptokiModule module = CryptokiModule.acquire(library, Optional.empty());
        try {
            module.call(
                    () -> {
                        for (var call : CALLS.entrySet()) {
                            point.watch(module.cryptoki(), call.getKey(), call.getValue());
                        }
                        return true;
                    },
                    Duration.ofMinutes(2));
        } finally {
            module.release();
        }
    }

    private void watch(Cryptoki cryptoki, int index, FunctionDescriptor shape) throws ReflectiveOperationException {
        MethodHandle before = MethodHandles.lookup().bind(this, "before", MethodType.methodType(void.class));
        MethodHandle after = MethodHandles.lookup().bind(this, "after", MethodType.methodType(long.class, long.class));
        cryptoki.replace(index, function -> {
            MethodHandle toLibrary = Linker.nativeLinker().downcallHandle(function, shape);
            MethodHandle watched =
                    MethodHandles.foldArguments(MethodHandles.filterReturnValue(toLibrary, after), before);
            return Linker.nativeLinker().upcallStub(watched, shape, Arena.global());
        });
    }

    private void before() {
        if (place / PLACES_OF_A_CALL != calls) {
            return;
        }
        switch (place % PLACES_OF_A_CALL) {
            case 0 -> die();
            case 1 -> {
                long nanos = random.nextLong(LONGEST_WHILE_NANOS);
                Thread.ofPlatform().daemon().start(() -> {
                    long end = System.nanoTime() + nanos;
                    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    die();
                });
            }
            default -> {}
        }
    }

    private long after(long code) {
        if (place == PLACES_OF_A_CALL * calls + PLACES_OF_A_CALL - 1) {
            die();
        }
        calls++;
        return code;
    }

    private static void die() {
        P11KitServer.signal(ProcessHandle.current(), SIGKILL);
    }
}
