package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Keeps openCryptoki from closing files of this process.
///
/// Its C_Finalize (version 3.8) closes the number of its lock file each time, though it opened that file the first
/// time only: from the second time on it closes whatever the process has opened under that number. So the number
/// is kept taken by a descriptor that nobody needs.
final class LostDescriptor {
    private static final int FINALIZE = 1;
    private static final int F_DUPFD = 0;
    private static final int F_GETFD = 1;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static LostDescriptor current;

    /// Never closed: what the number is a copy of.
    private final int spare;

    private final int number;

    private LostDescriptor(int number) throws Throwable {
        this.number = number;
        this.spare = open("/dev/null");
    }

    /// Once per process, before the library is finalised for the first time.
    static synchronized void guard(Path library, Path lockFile) throws IOException {
        if (current != null) {
            return;
        }
        CryptokiModule module = CryptokiModule.acquire(library, Optional.empty());
        try {
            module.call(
                    () -> {
                        module.ensureInitialised();
                        Optional<Integer> held = numberOf(lockFile);
                        if (held.isPresent()) {
                            current = on(held.get(), module.cryptoki());
                        }
                        return true;
                    },
                    Duration.ofSeconds(30));
        } catch (CryptokiError | TimeoutException unusable) {
            throw new IOException(unusable);
        } finally {
            module.release();
        }
    }

    private static LostDescriptor on(int number, Cryptoki cryptoki) throws IOException {
        try {
            var lost = new LostDescriptor(number);
            lost.watch(cryptoki);
            return lost;
        } catch (Throwable unusable) {
            throw new IOException(unusable);
        }
    }

    private static Optional<Integer> numberOf(Path file) throws IOException {
        Path real = file.toRealPath();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : all) {
                if (pointsTo(descriptor, real)) {
                    return Optional.of(Integer.parseInt(descriptor.getFileName().toString()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean pointsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private void watch(Cryptoki cryptoki) throws ReflectiveOperationException {
        var shape = FunctionDescriptor.of(JAVA_LONG, ADDRESS);
        MethodHandle take = MethodHandles.lookup().bind(this, "take", MethodType.methodType(long.class, long.class));
        cryptoki.replace(FINALIZE, function -> {
            MethodHandle toLibrary = Linker.nativeLinker().downcallHandle(function, shape);
            return Linker.nativeLinker()
                    .upcallStub(MethodHandles.filterReturnValue(toLibrary, take), shape, Arena.global());
        });
    }

    /// Takes the number again, unless somebody was faster.
    private long take(long code) throws Throwable {
        if (fcntl(number, F_GETFD, 0) < 0) {
            int taken = fcntl(spare, F_DUPFD, number);
            if (taken != number) {
                close(taken);
            }
        }
        return code;
    }

    private static int fcntl(int descriptor, int command, int argument) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var fcntl = linker.downcallHandle(
                linker.defaultLookup().find("fcntl").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        return (int) fcntl.invokeExact(descriptor, command, argument);
    }

    /// For reading.
    private static int open(String path) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var open = linker.downcallHandle(
                linker.defaultLookup().find("open").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        try (Arena arena = Arena.ofConfined()) {
            return (int) open.invokeExact(arena.allocateFrom(path), 0);
        }
    }

    private static void close(int descriptor) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var close = linker.downcallHandle(
                linker.defaultLookup().find("close").orElseThrow(), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        int ignored = (int) close.invokeExact(descriptor);
    }
}
