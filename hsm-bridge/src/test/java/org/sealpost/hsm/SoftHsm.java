package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Throw-away SoftHSM2 tokens in a folder, for tests of any module.
///
/// SoftHSM finds its folder through an environment variable, which is set in this process by a native call. So one
/// process uses one folder at a time: close all tokens of the one before creating the next.
public final class SoftHsm {
    private static final List<String> USUAL_PLACES = List.of(
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
            "/usr/local/lib/softhsm/libsofthsm2.so");

    private static final Map<String, String> SET = new ConcurrentHashMap<>();

    private final Path module;
    private final Path folder;

    private SoftHsm(Path module, Path folder) {
        this.module = module;
        this.folder = folder;
    }

    /// The library, if this machine has it.
    public static Optional<Path> module() {
        return firstThatExists(USUAL_PLACES);
    }

    static Path required() {
        return Installed.require("SoftHSM2", "softhsm2", USUAL_PLACES);
    }

    /// An empty store below `folder`, current for this process from now on. Skips the test where there is no
    /// SoftHSM2, or fails it: see [Installed].
    public static SoftHsm create(Path folder) throws IOException {
        var hsm = new SoftHsm(required(), folder);
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(
                hsm.configuration(), """
                directories.tokendir = %s
                objectstore.backend = file
                log.level = ERROR
                """.formatted(folder.resolve("tokens").toAbsolutePath()));
        environment("SOFTHSM2_CONF", hsm.configuration().toString());
        return hsm;
    }

    /// What SOFTHSM2_CONF must name for another process to see the same tokens.
    public Path configuration() {
        return folder.resolve("softhsm2.conf").toAbsolutePath();
    }

    /// A fresh token with a random PIN in a file that only its owner reads.
    public TokenConfig token(String label, int sessions) throws IOException {
        Path pinFile = folder.resolve(label + (withdrawn() ? "-again.pin" : ".pin"));
        byte[] pin = randomPin();
        TokenCeremony.initToken(module, Optional.empty(), label, randomPin(), pin);
        write(pinFile, new String(pin, java.nio.charset.StandardCharsets.US_ASCII) + "\n");
        return new TokenConfig(module, label, Optional.empty(), Optional.empty(), pinFile, sessions);
    }

    /// Takes all tokens away; a store without any is in their place.
    public void withdraw() throws IOException {
        Files.move(tokens(), elsewhere());
        Files.createDirectories(tokens());
    }

    /// Brings back what was taken away, for what is there now.
    public void giveBack() throws IOException {
        Files.move(tokens(), folder.resolve("replaced-" + System.nanoTime()));
        Files.move(elsewhere(), tokens());
    }

    /// A copy of what the tokens' own files hold, for [#bringBackTorn].
    Map<Path, byte[]> copy() throws IOException {
        try (Stream<Path> files = Files.walk(tokens())) {
            Map<Path, byte[]> copy = new HashMap<>();
            for (Path file : files.filter(file -> file.endsWith("token.object")).toList()) {
                copy.put(file, Files.readAllBytes(file));
            }
            return copy;
        }
    }

    /// SoftHSM empties a token's file and writes it anew, so a kill within may leave a part of it, and the token is
    /// gone for good. A chip has the one or the other. Gives a token of which only a part is left back as it was.
    ///
    /// @return whether there was one
    boolean bringBackTorn(Map<Path, byte[]> copy) throws IOException {
        boolean any = false;
        for (Map.Entry<Path, byte[]> file : copy.entrySet()) {
            if (Files.size(file.getKey()) == file.getValue().length) {
                continue;
            }
            Files.write(file.getKey(), file.getValue());
            any = true;
        }
        return any;
    }

    private boolean withdrawn() {
        return Files.exists(elsewhere());
    }

    private Path tokens() {
        return folder.resolve("tokens");
    }

    private Path elsewhere() {
        return folder.resolve("elsewhere");
    }

    /// Replaces a PIN file's content.
    static void write(Path pinFile, String content) throws IOException {
        if (!Files.exists(pinFile)) {
            Files.createFile(
                    pinFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(pinFile, content);
    }

    static Optional<Path> firstThatExists(List<String> places) {
        return places.stream().map(Path::of).filter(Files::exists).findFirst();
    }

    /// What a driver process needs in its environment to see the same tokens: this process's own, as the JVM knows it,
    /// lacks what was set for native code.
    public static Map<String, String> environment() {
        return Map.copyOf(SET);
    }

    /// Sets a variable for native code in this process; `System.getenv` does not see it.
    static void environment(String name, String value) {
        SET.put(name, value);
        Linker linker = Linker.nativeLinker();
        var setenv = linker.downcallHandle(
                linker.defaultLookup().find("setenv").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int failed = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
            if (failed != 0) {
                throw new IllegalStateException("setenv " + name + " failed");
            }
        } catch (Throwable t) {
            throw new IllegalStateException("setenv " + name, t);
        }
    }

    static byte[] randomPin() {
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
