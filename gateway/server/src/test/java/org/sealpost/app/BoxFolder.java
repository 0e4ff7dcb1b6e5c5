package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.SoftHsm;

/// What a box of its own stands on in tests: a configuration, an empty SoftHSM store, and the file of its
/// console.
record BoxFolder(Path folder, SoftHsm hsm) {
    static BoxFolder create(Path folder) throws IOException {
        Files.createDirectories(folder);
        var box = new BoxFolder(folder, SoftHsm.create(folder.resolve("hsm")));
        Files.writeString(folder.resolve("os-release"), "IMAGE_VERSION=7\nSEALPOST_BUILD_TIME=1700000000\n");
        box.configure("");
        return box;
    }

    /// @param more behind the rest of the configuration
    void configure(String more) throws IOException {
        Files.writeString(file(), """
                data = "data"
                [origin]
                words = "test-box"
                [http]
                port = 0
                tls = true
                [mqtt]
                port = 0
                tls = true
                [token]
                module = "%s"
                label = "box"
                pin-file = "pin"
                driver = "inside"
                [anchorage.local]
                kind = "local"
                [box]
                console = "console"
                release = "os-release"
                %s
                """.formatted(SoftHsm.module().orElseThrow(), more));
    }

    /// From the next start on the token's library has a process of its own, as on a real box. Only for a box whose
    /// process has SoftHSM's settings in its environment: [BoxProcess].
    BoxFolder withDriverProcess() throws IOException {
        Files.writeString(file(), Files.readString(file()).replace("driver = \"inside\"", "driver = \"process\""));
        return this;
    }

    /// From the next start on the token is reached through this library.
    BoxFolder withModule(Path library) throws IOException {
        var module = SoftHsm.module().orElseThrow().toString();
        Files.writeString(file(), Files.readString(file()).replace(module, library.toString()));
        return this;
    }

    Path file() {
        return folder.resolve("sealpost.toml");
    }

    Path data() {
        return folder.resolve("data");
    }

    GatewayConfig config() {
        return GatewayConfig.read(file());
    }

    /// What stands behind a word of the console.
    Optional<String> shown(String word) throws IOException {
        return console().stream()
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()).strip())
                .findFirst();
    }

    List<String> console() throws IOException {
        var file = folder.resolve("console");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
