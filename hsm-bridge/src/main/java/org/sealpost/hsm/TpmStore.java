package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The file in which `tpm2-pkcs11` keeps its tokens: an SQLite database, in the folder that TPM2_PKCS11_STORE
/// names.
///
/// The library makes its tables one by one, each durable for itself, and opens a database that lacks one of
/// them never again. A power cut at a box's first start must not end there, so such a file is removed while no
/// token can be in it.
final class TpmStore {
    private static final System.Logger LOG = System.getLogger(TpmStore.class.getName());
    private static final String VARIABLE = "TPM2_PKCS11_STORE";
    private static final String FILE = "tpm2_pkcs11.sqlite3";

    // https://www.sqlite.org/fileformat.html: the size of a page stands in the file's head, at 16; the first
    // table that was made has page 2; a page begins with its kind and, at 3, the number of its cells.
    private static final int PAGE_SIZE_AT = 16;
    private static final int LEAF_OF_TABLE = 0x0D;
    private static final int CELLS_AT = 3;

    private TpmStore() {}

    /// Removes the database if it holds no token, for a library that could not be initialised. Returns whether
    /// it did.
    static boolean removeIfEmpty() {
        Optional<Path> file = file();
        try {
            if (file.isEmpty() || !Files.exists(file.get()) || holdsTokens(file.get())) {
                return false;
            }
            Files.delete(file.get());
            Files.deleteIfExists(file.get().resolveSibling(FILE + "-journal"));
            LOG.log(System.Logger.Level.WARNING, "{0} was left unfinished and held no token; removed", file.get());
            return true;
        } catch (IOException unreadable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be looked at: {1}", file.get(), unreadable.getMessage());
            return false;
        }
    }

    /// Whether the first table, that of the tokens, has a row. If in doubt, it does.
    static boolean holdsTokens(Path database) throws IOException {
        try (var in = new RandomAccessFile(database.toFile(), "r")) {
            if (in.length() <= PAGE_SIZE_AT + 2) {
                return false;
            }
            in.seek(PAGE_SIZE_AT);
            int told = in.readUnsignedShort();
            int pageSize = told == 1 ? 65_536 : told;
            if (in.length() < 2L * pageSize) {
                return false;
            }
            in.seek(pageSize);
            int kind = in.readUnsignedByte();
            in.seek((long) pageSize + CELLS_AT);
            int cells = in.readUnsignedShort();
            return kind != LEAF_OF_TABLE || cells != 0;
        }
    }

    private static Optional<Path> file() {
        return environment(VARIABLE).map(folder -> Path.of(folder, FILE));
    }

    /// As native code of this process sees it.
    private static Optional<String> environment(String name) {
        Linker linker = Linker.nativeLinker();
        var getenv = linker.downcallHandle(
                linker.defaultLookup().find("getenv").orElseThrow(), FunctionDescriptor.of(ADDRESS, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = (MemorySegment) getenv.invokeExact(arena.allocateFrom(name));
            return value.address() == 0
                    ? Optional.empty()
                    : Optional.of(value.reinterpret(Long.MAX_VALUE).getString(0));
        } catch (Throwable t) {
            throw new IllegalStateException("getenv cannot be called", t);
        }
    }
}
