package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A library in C (`src/test/c/shim.c`) that stands before a real module, in this process or in another one, and
/// does to its callers whatever a vendor's might: each function can return any code, be slow, hang, crash, or answer
/// too much or too little. It has SM2 keys, too, which are extractable: they prove the path of a call, not an HSM.
///
/// Compiled once per process by the machine's `cc`. Its control page is shared memory, so that what is set here acts
/// in whatever process has loaded the library with [#environment].
public final class FaultShim {
    private static final int PAGE_BYTES = 8192;
    private static final long VENDOR = 0;
    private static final long WRONG_ID = 8;
    private static final long TEST = 16;
    private static final long ALIAS_FROM = 24;
    private static final long ALIAS_TO = 88;
    private static final int LABEL_BYTES = 64;
    private static final long FAULTS = 152;
    private static final long FAULT_BYTES = 64;
    private static final long BAD_LABEL = FAULTS + 68 * FAULT_BYTES;
    private static final long BAD_CODE = BAD_LABEL + LABEL_BYTES;
    private static final long HIDDEN_FLAGS = BAD_CODE + 8;
    private static final long USER_PIN_FLAGS = 0x7_0000;

    private static final VarHandle LONG = JAVA_LONG.varHandle();
    private static final Map<Path, FaultShim> MADE = new HashMap<>();

    private final Path library;
    private final Path module;
    private final Path pageFile;
    private final MemorySegment page;
    private long tests;

    private FaultShim(Path library, Path module, Path pageFile, MemorySegment page) {
        this.library = library;
        this.module = module;
        this.pageFile = pageFile;
        this.page = page;
    }

    /// The functions of PKCS#11 by their place in CK_FUNCTION_LIST.
    public enum Function {
        INITIALIZE(0),
        FINALIZE(1),
        GET_INFO(2),
        GET_SLOT_LIST(4),
        GET_TOKEN_INFO(6),
        INIT_TOKEN(9),
        INIT_PIN(10),
        SET_PIN(11),
        OPEN_SESSION(12),
        CLOSE_SESSION(13),
        GET_SESSION_INFO(15),
        LOGIN(18),
        LOGOUT(19),
        CREATE_OBJECT(20),
        DESTROY_OBJECT(22),
        GET_ATTRIBUTE_VALUE(24),
        FIND_OBJECTS_INIT(26),
        FIND_OBJECTS(27),
        FIND_OBJECTS_FINAL(28),
        SIGN_INIT(42),
        SIGN(43),
        GENERATE_KEY_PAIR(59),
        GENERATE_RANDOM(64);

        private final int index;

        Function(int index) {
            this.index = index;
        }
    }

    private enum Action {
        NONE,
        RETURN,
        DELAY,
        HANG,
        CRASH,
        SHORT,
        LONG,
        FLIP,
        AFTER,
        EMPTY
    }

    /// Whose numbers 0x80008100 and the type of SM2 keys are.
    public enum Vendor {
        SANSEC,
        TASS,
        IBM
    }

    /// Before SoftHSM, and without SM2 keys; a copy of it, so that the state of the one that other tests use is
    /// left alone. Skips the test where something is not installed.
    public static FaultShim beforeSoftHsm() throws IOException {
        return before(SoftHsm.required(), true);
    }

    /// Before another module, by its own path.
    public static FaultShim before(Path module) throws IOException {
        return before(module, false);
    }

    private static FaultShim before(Path module, boolean copied) throws IOException {
        synchronized (MADE) {
            FaultShim shim = MADE.get(module);
            if (shim == null) {
                shim = make(module, copied);
                MADE.put(module, shim);
            }
            shim.heal();
            LONG.setRelease(shim.page, TEST, ++shim.tests);
            return shim;
        }
    }

    private static FaultShim make(Path module, boolean copied) throws IOException {
        Path folder = Files.createTempDirectory("shim");
        Path library = folder.resolve("shim.so");
        compile(library);
        Path real = module;
        if (copied) {
            real = folder.resolve(module.getFileName());
            Files.copy(module, real);
        }
        Path pageFile = folder.resolve("page");
        MemorySegment page;
        try (var file = new RandomAccessFile(pageFile.toFile(), "rw")) {
            file.setLength(PAGE_BYTES);
            page = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, PAGE_BYTES, Arena.global());
        }
        var shim = new FaultShim(library, real, pageFile, page);
        // Loaded now, because another shim of this process will have other variables.
        shim.environment().forEach(SoftHsm::environment);
        CryptokiModule.acquire(library, Optional.empty()).release();
        return shim;
    }

    private static void compile(Path library) throws IOException {
        Installed.requireCompiler();
        Installed.require(
                Files.exists(Path.of("/usr/include/openssl/evp.h")),
                "OpenSSL's headers are not installed (packages: libssl-dev)");
        Program.run(List.of(
                "cc",
                "-std=gnu17",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Wno-cast-function-type",
                "-fPIC",
                "-shared",
                "-o",
                library.toString(),
                source().toString(),
                "-lcrypto",
                "-ldl",
                "-lpthread"));
    }

    /// From this module's folder, or from any other of the project.
    private static Path source() {
        return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent)
                .flatMap(folder -> Stream.of(folder, folder.resolve("hsm-bridge")))
                .map(folder -> folder.resolve("src/test/c/shim.c"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    /// What a [TokenConfig] must name as its module.
    public Path library() {
        return library;
    }

    /// What another process must have in its environment to meet the same faults.
    public Map<String, String> environment() {
        return Map.of("SEALPOST_SHIM_MODULE", module.toString(), "SEALPOST_SHIM_PAGE", pageFile.toString());
    }

    /// The same token, seen through the shim.
    public TokenConfig through(TokenConfig direct) {
        return new TokenConfig(
                library,
                direct.label(),
                direct.serial(),
                direct.reserved(),
                direct.pinFile(),
                direct.sessions(),
                direct.profile());
    }

    /// No more faults; calls that hang go on. Counts begin at 0.
    public void heal() {
        for (Function function : Function.values()) {
            on(function).heal();
        }
        LONG.setRelease(page, WRONG_ID, 0L);
        LONG.setRelease(page, VENDOR, 0L);
        LONG.setRelease(page, HIDDEN_FLAGS, 0L);
        page.asSlice(ALIAS_FROM, 2L * LABEL_BYTES).fill((byte) 0);
        write(BAD_LABEL, "");
    }

    /// After the end of processes that were killed inside.
    public void nobodyIsInside() {
        for (Function function : Function.values()) {
            LONG.setRelease(page, FAULTS + FAULT_BYTES * function.index + 8, 0L);
        }
    }

    public void vendor(Vendor vendor) {
        LONG.setRelease(page, VENDOR, (long) vendor.ordinal());
    }

    /// Whether the token does not tell that wrong PINs were tried, as many do not.
    public void hidesWrongPins(boolean does) {
        LONG.setRelease(page, HIDDEN_FLAGS, does ? USER_PIN_FLAGS : 0L);
    }

    /// Whether a token that makes Z itself uses another user id for it than everybody else.
    public void usesAnotherUserId(boolean does) {
        LONG.setRelease(page, WRONG_ID, does ? 1L : 0L);
    }

    /// Whoever looks for the objects of one label finds those of another from now on.
    public void exchange(String label, String another) {
        write(ALIAS_TO, another);
        write(ALIAS_FROM, label);
    }

    /// Whoever signs with the key of this label gets this code, and nobody else does.
    public void signingFails(String label, long code) {
        LONG.setRelease(page, BAD_CODE, code);
        write(BAD_LABEL, label);
    }

    private void write(long at, String label) {
        byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
        MemorySegment target = page.asSlice(at, LABEL_BYTES);
        target.fill((byte) 0);
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 0, bytes.length);
    }

    public Fault on(Function function) {
        return new Fault(FAULTS + FAULT_BYTES * function.index);
    }

    /// One function of the library. Each fault replaces the one before, and serves as many calls as it is told to.
    public final class Fault {
        public static final int ALWAYS = -1;

        private final long at;

        private Fault(long at) {
            this.at = at;
        }

        /// Instead of doing it.
        public void returns(long code, int times) {
            set(Action.RETURN, code, times);
        }

        /// It is done, but the answer is this.
        public void failsAfterwards(long code, int times) {
            set(Action.AFTER, code, times);
        }

        public void isLate(Duration delay, int times) {
            set(Action.DELAY, delay.toMillis(), times);
        }

        /// Until [#heal].
        public void hangs(int times) {
            set(Action.HANG, 0, times);
        }

        /// As a library does that writes where it must not; a Java VM ends by SIGABRT then.
        public void crashes() {
            set(Action.CRASH, 0, 1);
        }

        /// As [#crashes], when the token has done what it was asked for.
        public void crashesAfterwards(int times) {
            set(Action.CRASH, 2, times);
        }

        /// The process ends by SIGSEGV.
        public void crashesAtOnce() {
            set(Action.CRASH, 1, 1);
        }

        /// The answer lacks this many bytes, or entries, at its end.
        public void answersTooLittle(int lacking, int times) {
            set(Action.SHORT, lacking, times);
        }

        /// The answer is longer by this; where there is no room for that, it claims to be.
        public void answersTooMuch(int more, int times) {
            set(Action.LONG, more, times);
        }

        /// One bit of this byte of the answer is wrong.
        public void answersWrong(int index, int times) {
            set(Action.FLIP, index, times);
        }

        /// The answer has nothing in it.
        public void answersNothing(int times) {
            set(Action.EMPTY, 0, times);
        }

        public void heal() {
            for (long offset = 0; offset < FAULT_BYTES; offset += 8) {
                // Not how many are inside: those leave by themselves.
                if (offset != 8) {
                    LONG.setRelease(page, at + offset, 0L);
                }
            }
        }

        public long calls() {
            return read(0);
        }

        /// How many calls are inside now, and the most that were at once.
        public long inside() {
            return read(8);
        }

        public long peak() {
            return read(16);
        }

        /// How many calls met a fault, since [#heal].
        public long met() {
            return read(48);
        }

        private long read(long offset) {
            return (long) LONG.getAcquire(page, at + offset);
        }

        private void set(Action action, long value, int times) {
            LONG.setRelease(page, at + 24, 0L);
            LONG.setRelease(page, at + 40, value);
            LONG.setRelease(page, at + 32, (long) action.ordinal());
            LONG.setRelease(page, at + 24, (long) times);
        }
    }
}
