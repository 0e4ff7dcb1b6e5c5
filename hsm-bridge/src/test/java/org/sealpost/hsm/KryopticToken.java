package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// Throw-away tokens of kryoptic: a database each, which a configuration file names.
///
/// It finds that file through an environment variable, which is set in this process by a native call. So one process
/// uses one folder at a time: close all tokens of the one before creating the next.
final class KryopticToken {
    private static final String CONFIGURATION = "KRYOPTIC_CONF";

    private final Path folder;
    private int slot = 1;
    private int tokens;

    private KryopticToken(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /// An empty token below `folder`, current for this process from now on. Skips the test where there is no kryoptic.
    static KryopticToken create(Path folder) throws IOException {
        module();
        var token = new KryopticToken(folder);
        Files.createDirectories(token.store());
        token.configure();
        SoftHsm.environment(CONFIGURATION, token.configuration().toString());
        return token;
    }

    /// What scripts/fetch-kryoptic has built. No package has it, and its build needs a Rust that the machine may lack:
    /// so it is missed by nobody but the report of `./test`, which says why.
    static Path module() {
        String built = System.getenv("SEALPOST_KRYOPTIC");
        String why = System.getenv("SEALPOST_KRYOPTIC_MISSING");
        Assumptions.assumeTrue(
                built != null,
                why != null
                        ? why
                        : "SEALPOST_KRYOPTIC does not name kryoptic's library: scripts/fetch-kryoptic prints it");
        return Path.of(built);
    }

    /// The token, with a random PIN in a file that only its owner reads.
    TokenConfig token(String label, int sessions) throws IOException {
        byte[] pin = SoftHsm.randomPin();
        TokenCeremony.initToken(module(), Optional.empty(), label, SoftHsm.randomPin(), pin);
        Path pinFile = folder.resolve(label + "-" + ++tokens + ".pin");
        SoftHsm.write(pinFile, new String(pin, StandardCharsets.US_ASCII) + "\n");
        return new TokenConfig(module(), label, Optional.empty(), Optional.empty(), pinFile, sessions);
    }

    /// A token as it is before its first use, meant to be prepared. Its configuration file is one of its own, named by
    /// the reserved string.
    TokenConfig empty(String label) throws IOException {
        Path own = folder.resolve(label + ".conf");
        writeConfiguration(own, folder.resolve(label + ".sql"));
        Optional<String> reserved = Optional.of("kryoptic_conf=" + own);
        return new TokenConfig(module(), label, Optional.empty(), reserved, folder.resolve(label + "-empty.pin"), 1);
    }

    /// What a process of its own needs in its environment to reach the same tokens.
    Map<String, String> variables() {
        return Map.of(CONFIGURATION, configuration().toString());
    }

    /// The folder of its database is not there, like a disk that was not mounted.
    void pullOut() throws IOException {
        Files.move(store(), pulledOut());
    }

    void plugIn() throws IOException {
        Files.move(pulledOut(), store());
    }

    /// Another, empty token takes the first one's place.
    void becomeAnother() throws IOException {
        pullOut();
        Files.createDirectories(store());
    }

    void moveToSlot(int other) throws IOException {
        slot = other;
        configure();
    }

    /// The configuration names the token's database.
    void configure() throws IOException {
        writeConfiguration(configuration(), store().resolve("token.sql"));
    }

    /// The configuration names a database that cannot be there.
    void misconfigure() throws IOException {
        writeConfiguration(configuration(), folder.resolve("no-such-folder").resolve("token.sql"));
    }

    private void writeConfiguration(Path file, Path database) throws IOException {
        Files.writeString(file, """
                [[slots]]
                slot = %d
                dbtype = "sqlite"
                dbargs = "%s"
                """.formatted(slot, database));
    }

    private Path configuration() {
        return folder.resolve("kryoptic.conf");
    }

    private Path store() {
        return folder.resolve("kryoptic");
    }

    private Path pulledOut() {
        return folder.resolve("pulled-out");
    }
}
