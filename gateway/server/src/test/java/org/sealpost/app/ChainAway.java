package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The configuration of a box with its keys in a file, and an anchorage `evm` whose node is never there.
final class ChainAway {
    private ChainAway() {}

    /// @param port that the gateway's doors are asked at, where one runs
    /// @param more lines behind it
    static Path config(Path folder, int port, String more) throws IOException {
        return Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = %d
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                [anchorage.evm]
                kind = "evm"
                urls = ["http://127.0.0.1:1"]
                contract = "evm-contract"
                %s""".formatted(port, more));
    }
}
