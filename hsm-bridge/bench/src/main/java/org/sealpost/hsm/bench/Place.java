package org.sealpost.hsm.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A folder with what all contenders share: the programs in C, compiled here, and a SoftHSM token with one
/// key.
///
/// @param module SoftHSM
/// @param spki   public key of the one key
record Place(Path folder, Path module, byte[] spki) {
    static final String LABEL = "bench";
    static final String KEY = "seal";

    private static final List<String> SOFTHSM = List.of(
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
            "/usr/local/lib/softhsm/libsofthsm2.so");
    private static final List<String> P11_KIT_CLIENT = List.of(
            "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so",
            "/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so",
            "/usr/lib64/pkcs11/p11-kit-client.so",
            "/usr/lib/pkcs11/p11-kit-client.so");

    /// What this machine lacks for the benchmark, as packages of Debian; empty if nothing.
    static List<String> missing() {
        var missing = new ArrayList<String>();
        if (first(SOFTHSM) == null) {
            missing.add("softhsm2");
        }
        if (first(P11_KIT_CLIENT) == null) {
            missing.add("p11-kit-modules");
        }
        if (!isProgram("p11-kit")) {
            missing.add("p11-kit");
        }
        if (!isProgram("cc")) {
            missing.add("gcc");
        }
        return missing;
    }

    /// Makes all of it below an empty folder.
    static Place make(Path folder) throws IOException, InterruptedException {
        Path module = first(SOFTHSM);
        if (module == null) {
            throw new IOException("SoftHSM2 is not installed (package softhsm2)");
        }
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(
                folder.resolve("softhsm2.conf"),
                "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n"
                        .formatted(folder.resolve("tokens")));
        compile(folder, "rote", "-fPIC", "-shared");
        compile(folder, "signer");
        var place = new Place(folder, module, new byte[0]);
        place.run(place.java(
                TokenMaker.class,
                List.of(),
                module.toString(),
                LABEL,
                place.pinFile().toString(),
                KEY,
                folder.resolve("spki").toString()));
        return new Place(folder, module, Files.readAllBytes(folder.resolve("spki")));
    }

    private static void compile(Path folder, String name, String... options) throws IOException, InterruptedException {
        Path source = folder.resolve(name + ".c");
        try (InputStream in = Place.class.getResourceAsStream(name + ".c")) {
            if (in == null) {
                throw new IOException(name + ".c is not on the class path");
            }
            Files.copy(in, source);
        }
        var command = new ArrayList<>(List.of("cc", "-std=gnu17", "-O2", "-Wall", "-Wextra"));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", folder.resolve(name).toString(), source.toString(), "-ldl", "-lpthread"));
        new Place(folder, folder, new byte[0]).run(command);
    }

    Path pinFile() {
        return folder.resolve("pin");
    }

    /// The module that signs by rote, before SoftHSM.
    Path rote() {
        return folder.resolve("rote");
    }

    Path p11KitClient() throws IOException {
        Path client = first(P11_KIT_CLIENT);
        if (client == null) {
            throw new IOException("p11-kit's client is not installed (package p11-kit-modules)");
        }
        return client;
    }

    /// What every process needs that loads SoftHSM, or what stands before it.
    Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString(), "ROTE_MODULE", module.toString());
    }

    /// A class of ours in a process of its own, from the same run time and class path.
    List<String> java(Class<?> main, List<String> options, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// To its end.
    ///
    /// @throws IOException with what it said, if it fails
    void run(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " failed: " + said);
        }
    }

    private static Path first(List<String> places) {
        return places.stream().map(Path::of).filter(Files::exists).findFirst().orElse(null);
    }

    private static boolean isProgram(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }
}
