package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;

/// A library that crashes or hangs when it is told to, before SoftHSM2; compiled where it is needed, of moody.c.
record MoodyModule(Path library, Path mood, TokenConfig config) {
    /// Skips the test where there is no C compiler.
    static MoodyModule before(TokenConfig direct, Path folder) throws Exception {
        Installed.require(Files.exists(Path.of("/usr/bin/gcc")), "gcc is not installed (package gcc)");
        Path source = folder.resolve("moody.c");
        try (InputStream text = Objects.requireNonNull(MoodyModule.class.getResourceAsStream("moody.c"))) {
            Files.copy(text, source);
        }
        Path library = folder.resolve("libmoody.so");
        Process gcc = new ProcessBuilder("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
                .inheritIO()
                .start();
        assertEquals(0, gcc.waitFor());
        return new MoodyModule(
                library,
                folder.resolve("mood"),
                new TokenConfig(
                        library,
                        direct.label(),
                        direct.serial(),
                        direct.reserved(),
                        direct.pinFile(),
                        direct.sessions()));
    }

    Map<String, String> environment() {
        var all = new HashMap<>(SoftHsm.environment());
        all.put("MOODY_MODULE", SoftHsm.module().orElseThrow().toString());
        all.put("MOODY_FILE", mood.toString());
        return all;
    }

    /// From now on, `crash C_Sign` or the like.
    void becomes(String what) throws IOException {
        Path whole = mood.resolveSibling("mood.new");
        Files.writeString(whole, what);
        Files.move(whole, mood, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void heals() throws IOException {
        Files.deleteIfExists(mood);
    }
}
