package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The functions of one PKCS#11 2.40 library, called as they are: no retries, no threads of its own,
/// and no state but whether calls must come one at a time.
///
/// For 64-bit Linux, x86_64 and aarch64 (LP64, little-endian): CK_ULONG, handles and pointers have 8 bytes,
/// CK_BBOOL one, structures are not packed. Every method may block for as long as the library likes. Segments
/// passed in belong to the caller.
final class Cryptoki {
    static final long MECHANISM_BYTES = 24;
    static final long ATTRIBUTE_BYTES = 24;

    static final long READ_WRITE_SESSION = 2;
    private static final long SERIAL_SESSION = 4;

    static final long SECURITY_OFFICER = 0;
    static final long USER = 1;

    private static final int MAX_SLOTS = 256;
    private static final long ALONE_SECONDS = 30;
    private static final long INITIALIZE_ARGS_BYTES = 48;
    private static final long OS_LOCKING_OK = 2;
    private static final long INFO_BYTES = 88;
    private static final long TOKEN_INFO_BYTES = 208;
    private static final long SESSION_INFO_BYTES = 32;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final int FUNCTIONS = 68;

    // One handle per shape of parameters. The function's address is the first argument, so that the handles can be
    // constants, which the compiler folds, though the library is known only at run time.
    private static final MethodHandle P = shape(ADDRESS);
    private static final MethodHandle BPP = shape(JAVA_BYTE, ADDRESS, ADDRESS);
    private static final MethodHandle L = shape(JAVA_LONG);
    private static final MethodHandle LL = shape(JAVA_LONG, JAVA_LONG);
    private static final MethodHandle LP = shape(JAVA_LONG, ADDRESS);
    private static final MethodHandle LPL = shape(JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle LPP = shape(JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle LLPL = shape(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle LPLP = shape(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle LPLPL = shape(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle LPLPP = shape(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle LLPPP = shape(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle LPPLPLPP =
            shape(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);

    private final MemorySegment[] functions = new MemorySegment[FUNCTIONS];

    private volatile ReentrantLock alone = new ReentrantLock();
    private volatile boolean oneAtATime;

    private Cryptoki(MemorySegment functionList) {
        for (int i = 0; i < FUNCTIONS; i++) {
            functions[i] = functionList.get(ADDRESS, 8 + 8L * i);
        }
    }

    /// Loads the library for the life of the process.
    ///
    /// @throws IllegalArgumentException if it cannot be loaded or has no C_GetFunctionList
    static Cryptoki load(Path library) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        MemorySegment getFunctionList = symbols.find("C_GetFunctionList")
                .orElseThrow(() -> new IllegalArgumentException(library + " is no PKCS#11 library"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ADDRESS);
            check("C_GetFunctionList", (long) P.invokeExact(getFunctionList, pointer));
            return new Cryptoki(pointer.get(ADDRESS, 0).reinterpret(8 + 8L * FUNCTIONS));
        } catch (CryptokiError refused) {
            throw new IllegalArgumentException(library + ": " + refused.getMessage(), refused);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Puts another function in the place of one of the library's: the seam through which tests inject faults.
    /// `index` is the place in CK_FUNCTION_LIST. Only while nobody calls.
    void replace(int index, UnaryOperator<MemorySegment> replacement) {
        functions[index] = replacement.apply(functions[index]);
    }

    /// `reserved` is the library's private parameter string. With `locks` it is told to lock by the operating
    /// system's means; without, it is told nothing of threads, and is called by one at a time. Only while nobody
    /// calls.
    void initialize(@Nullable String reserved, boolean locks) throws CryptokiError {
        oneAtATime = !locks;
        if (reserved == null && !locks) {
            check("C_Initialize", p(0, MemorySegment.NULL));
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment args = arena.allocate(INITIALIZE_ARGS_BYTES, 8);
            args.set(JAVA_LONG, 32, locks ? OS_LOCKING_OK : 0);
            if (reserved != null) {
                args.set(ADDRESS, 40, arena.allocateFrom(reserved));
            }
            check("C_Initialize", p(0, args));
        }
    }

    void finalise() throws CryptokiError {
        check("C_Finalize", p(1, MemorySegment.NULL));
    }

    /// Who made the library, by its own account.
    String manufacturer() throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_BYTES, 8);
            check("C_GetInfo", p(2, info));
            return TokenLabel.text(info, 2, 32);
        }
    }

    /// The slots that hold a token. Asks for the count first: that is when libraries look for new tokens.
    List<Long> slotsWithToken() throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            check("C_GetSlotList", bpp(4, (byte) 1, MemorySegment.NULL, count));
            MemorySegment slots = arena.allocate(JAVA_LONG, MAX_SLOTS);
            count.set(JAVA_LONG, 0, MAX_SLOTS);
            check("C_GetSlotList", bpp(4, (byte) 1, slots, count));
            return longs(slots, count.get(JAVA_LONG, 0));
        }
    }

    TokenLabel tokenLabel(long slot) throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(TOKEN_INFO_BYTES, 8);
            check("C_GetTokenInfo", lp(6, slot, answer));
            return TokenLabel.read(answer);
        }
    }

    List<Long> mechanisms(long slot) throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            check("C_GetMechanismList", lpp(7, slot, MemorySegment.NULL, count));
            MemorySegment list = arena.allocate(JAVA_LONG, Math.min(count.get(JAVA_LONG, 0) + 16, 4096));
            count.set(JAVA_LONG, 0, list.byteSize() / 8);
            check("C_GetMechanismList", lpp(7, slot, list, count));
            return longs(list, count.get(JAVA_LONG, 0));
        }
    }

    /// Wipes whatever the slot holds. `label` has 32 bytes, padded with blanks.
    void initToken(long slot, MemorySegment soPin, MemorySegment label) throws CryptokiError {
        check("C_InitToken", lplp(9, slot, soPin, soPin.byteSize(), label));
    }

    void initPin(long session, MemorySegment pin) throws CryptokiError {
        check("C_InitPIN", lpl(10, session, pin, pin.byteSize()));
    }

    /// For whoever is logged in.
    void setPin(long session, MemorySegment old, MemorySegment fresh) throws CryptokiError {
        check("C_SetPIN", lplpl(11, session, old, old.byteSize(), fresh, fresh.byteSize()));
    }

    /// `flags` is 0 or [#READ_WRITE_SESSION].
    long openSession(long slot, long flags) throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment session = arena.allocate(JAVA_LONG);
            MemorySegment none = MemorySegment.NULL;
            check("C_OpenSession", llppp(12, slot, SERIAL_SESSION | flags, none, none, session));
            return session.get(JAVA_LONG, 0);
        }
    }

    void closeSession(long session) throws CryptokiError {
        check("C_CloseSession", l(13, session));
    }

    /// CK_SESSION_INFO's state.
    long sessionState(long session) throws CryptokiError {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SESSION_INFO_BYTES, 8);
            check("C_GetSessionInfo", lp(15, session, info));
            return info.get(JAVA_LONG, 8);
        }
    }

    void login(long session, long user, MemorySegment pin) throws CryptokiError {
        check("C_Login", llpl(18, session, user, pin, pin.byteSize()));
    }

    void logout(long session) throws CryptokiError {
        check("C_Logout", l(19, session));
    }

    void createObject(long session, MemorySegment template, MemorySegment object) throws CryptokiError {
        check("C_CreateObject", lplp(20, session, template, template.byteSize() / ATTRIBUTE_BYTES, object));
    }

    void destroyObject(long session, long object) throws CryptokiError {
        check("C_DestroyObject", ll(22, session, object));
    }

    void getAttributeValue(long session, long object, MemorySegment template) throws CryptokiError {
        check("C_GetAttributeValue", llpl(24, session, object, template, template.byteSize() / ATTRIBUTE_BYTES));
    }

    void findObjectsInit(long session, MemorySegment template) throws CryptokiError {
        check("C_FindObjectsInit", lpl(26, session, template, template.byteSize() / ATTRIBUTE_BYTES));
    }

    void findObjects(long session, MemorySegment objects, MemorySegment count) throws CryptokiError {
        check("C_FindObjects", lplp(27, session, objects, objects.byteSize() / 8, count));
    }

    void findObjectsFinal(long session) throws CryptokiError {
        check("C_FindObjectsFinal", l(28, session));
    }

    void signInit(long session, MemorySegment mechanism, long key) throws CryptokiError {
        check("C_SignInit", lpl(42, session, mechanism, key));
    }

    void sign(long session, MemorySegment input, long inputBytes, MemorySegment output, MemorySegment outputBytes)
            throws CryptokiError {
        check("C_Sign", lplpp(43, session, input, inputBytes, output, outputBytes));
    }

    void generateKeyPair(
            long session,
            MemorySegment mechanism,
            MemorySegment publicKey,
            MemorySegment privateKey,
            MemorySegment keys)
            throws CryptokiError {
        check(
                "C_GenerateKeyPair",
                lpplplpp(
                        59,
                        session,
                        mechanism,
                        publicKey,
                        publicKey.byteSize() / ATTRIBUTE_BYTES,
                        privateKey,
                        privateKey.byteSize() / ATTRIBUTE_BYTES,
                        keys.asSlice(0, 8),
                        keys.asSlice(8, 8)));
    }

    void generateRandom(long session, MemorySegment target) throws CryptokiError {
        check("C_GenerateRandom", lpl(64, session, target, target.byteSize()));
    }

    private static List<Long> longs(MemorySegment segment, long count) {
        List<Long> values = new ArrayList<>();
        for (long i = 0; i < Math.min(count, segment.byteSize() / 8); i++) {
            values.add(segment.getAtIndex(JAVA_LONG, i));
        }
        return values;
    }

    private static void check(String function, long code) throws CryptokiError {
        if (code != 0) {
            throw new CryptokiError(function, code);
        }
    }

    private static MethodHandle shape(MemoryLayout... parameters) {
        return LINKER.downcallHandle(FunctionDescriptor.of(JAVA_LONG, parameters));
    }

    private static IllegalStateException unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return t instanceof IllegalStateException known ? known : new IllegalStateException("native call failed", t);
    }

    /// The lock that the call holds, if it must be alone.
    private @Nullable ReentrantLock begin() {
        while (oneAtATime) {
            ReentrantLock mine = alone;
            lock(mine);
            if (mine == alone) {
                return mine;
            }
            // Whoever held it was given up meanwhile.
            mine.unlock();
        }
        return null;
    }

    /// Not for ever: the control thread must be able to give up the call that holds it.
    private static void lock(ReentrantLock mine) {
        try {
            if (!mine.tryLock(ALONE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a call has been inside the library for " + ALONE_SECONDS + " s");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before a call of the library", stop);
        }
    }

    private static void end(@Nullable ReentrantLock held) {
        if (held != null) {
            held.unlock();
        }
    }

    /// Waits for no call any more that is inside the library now.
    void abandon() {
        alone = new ReentrantLock();
    }

    private long p(int function, MemorySegment a) {
        ReentrantLock held = begin();
        try {
            return (long) P.invokeExact(functions[function], a);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long bpp(int function, byte a, MemorySegment b, MemorySegment c) {
        ReentrantLock held = begin();
        try {
            return (long) BPP.invokeExact(functions[function], a, b, c);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long l(int function, long a) {
        ReentrantLock held = begin();
        try {
            return (long) L.invokeExact(functions[function], a);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long ll(int function, long a, long b) {
        ReentrantLock held = begin();
        try {
            return (long) LL.invokeExact(functions[function], a, b);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lp(int function, long a, MemorySegment b) {
        ReentrantLock held = begin();
        try {
            return (long) LP.invokeExact(functions[function], a, b);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lpl(int function, long a, MemorySegment b, long c) {
        ReentrantLock held = begin();
        try {
            return (long) LPL.invokeExact(functions[function], a, b, c);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lpp(int function, long a, MemorySegment b, MemorySegment c) {
        ReentrantLock held = begin();
        try {
            return (long) LPP.invokeExact(functions[function], a, b, c);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long llpl(int function, long a, long b, MemorySegment c, long d) {
        ReentrantLock held = begin();
        try {
            return (long) LLPL.invokeExact(functions[function], a, b, c, d);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lplp(int function, long a, MemorySegment b, long c, MemorySegment d) {
        ReentrantLock held = begin();
        try {
            return (long) LPLP.invokeExact(functions[function], a, b, c, d);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lplpl(int function, long a, MemorySegment b, long c, MemorySegment d, long e) {
        ReentrantLock held = begin();
        try {
            return (long) LPLPL.invokeExact(functions[function], a, b, c, d, e);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lplpp(int function, long a, MemorySegment b, long c, MemorySegment d, MemorySegment e) {
        ReentrantLock held = begin();
        try {
            return (long) LPLPP.invokeExact(functions[function], a, b, c, d, e);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long llppp(int function, long a, long b, MemorySegment c, MemorySegment d, MemorySegment e) {
        ReentrantLock held = begin();
        try {
            return (long) LLPPP.invokeExact(functions[function], a, b, c, d, e);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }

    private long lpplplpp(
            int function,
            long a,
            MemorySegment b,
            MemorySegment c,
            long d,
            MemorySegment e,
            long f,
            MemorySegment g,
            MemorySegment h) {
        ReentrantLock held = begin();
        try {
            return (long) LPPLPLPP.invokeExact(functions[function], a, b, c, d, e, f, g, h);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            end(held);
        }
    }
}
