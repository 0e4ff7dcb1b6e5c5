package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;

/// A laptop with a token of SoftHSM, a passphrase, and the tool.
final class Workbench {
    static final String BOARD = "sealpost-amd64";

    final Path home;
    private final SoftHsm softHsm;
    Path repository;
    private TokenConfig token;
    private final Path passphrase;

    Workbench(Path home) throws IOException {
        this.home = home;
        this.repository = home.resolve("updates");
        this.softHsm = SoftHsm.create(home.resolve("softhsm"));
        this.token = softHsm.token("releases", 1);
        this.passphrase = secret("passphrase", "correct horse battery staple\n");
    }

    /// Goes on in another folder.
    void use(Path repository) {
        this.repository = repository;
    }

    /// Goes on with a token that is new and empty.
    void useNewToken(String label) throws IOException {
        token = softHsm.token(label, 1);
    }

    Path secret(String name, String content) throws IOException {
        Path file = Files.writeString(home.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /// What the tool said and how it ended.
    record Said(int code, String out, String err) {}

    Said run(String... command) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Main.run(new PrintStream(out, true), new PrintStream(err, true), command);
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    Said init(String... further) {
        return run(with(
                further,
                "init",
                repository.toString(),
                "--board",
                BOARD,
                "--passphrase-file",
                passphrase.toString(),
                "--token",
                token.label()));
    }

    Said add(String version, int bytes, String... further) throws IOException {
        Path bundle = Files.write(home.resolve("bundle"), content(version, bytes));
        return run(
                words(further, "add", repository.toString(), bundle.toString(), "--version", version, "--unchecked"));
    }

    Said sign(String... further) {
        return run(with(further, "sign", repository.toString()));
    }

    Said signRoot(List<String> keys, String... further) {
        var command = new ArrayList<>(List.of("sign", repository.toString()));
        keys.forEach(key -> command.addAll(List.of("--root", rootKey(key).toString())));
        command.addAll(List.of("--passphrase-file", passphrase.toString()));
        return run(with(further, command.toArray(String[]::new)));
    }

    Path rootKey(String name) {
        return home.resolve("updates-root-keys").resolve(name);
    }

    Path firstRoot() {
        return repository.resolve("metadata/1.root.json");
    }

    Said publish(Path to) {
        return run("publish", repository.toString(), to.toString());
    }

    Said verify(Path place, String... further) {
        return run(
                words(further, "verify", place.toString(), "--root", firstRoot().toString()));
    }

    /// Fails the test unless the tool did it.
    static String done(Said said) {
        assertEquals(0, said.code(), said.out() + said.err());
        return said.out();
    }

    /// Fails the test unless the tool refused in one sentence, which is returned.
    static String refused(Said said) {
        assertEquals(1, said.code(), said.out() + said.err());
        assertEquals(1, said.err().lines().count(), said.err());
        return said.err();
    }

    /// Each file below the folder, and what it holds: equal if nothing was changed.
    static TreeMap<String, String> state(Path folder) throws IOException {
        var state = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                // A lock file says nothing, and SoftHSM counts its openings.
                if (Files.isRegularFile(file) && !file.endsWith(".lock") && !file.endsWith("token.object")) {
                    state.put(folder.relativize(file).toString(), Copy.sha256(Files.readAllBytes(file)));
                }
            }
        }
        return state;
    }

    static Path copy(Path folder, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(folder.relativize(file)));
            }
        }
        return to;
    }

    private String[] with(String[] further, String... command) {
        String[] options = {
            "--module", token.module().toString(), "--pin-file", token.pinFile().toString()
        };
        return words(options, words(further, command));
    }

    private static String[] words(String[] last, String... first) {
        String[] all = Arrays.copyOf(first, first.length + last.length);
        System.arraycopy(last, 0, all, first.length, last.length);
        return all;
    }

    private static byte[] content(String version, int bytes) {
        byte[] content = new byte[bytes];
        new Random(version.hashCode()).nextBytes(content);
        return content;
    }
}
