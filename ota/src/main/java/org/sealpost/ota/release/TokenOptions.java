package org.sealpost.ota.release;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.TokenConfig;
import picocli.CommandLine.Option;

/// How the command line names the token.
final class TokenOptions {
    @Option(
            names = "--module",
            required = true,
            paramLabel = "LIBRARY",
            description = "the token's PKCS#11 library, libsofthsm2.so for instance")
    private Path module = Path.of("");

    @Option(
            names = "--token",
            paramLabel = "LABEL",
            description = "the token's label; after init the one that keys.json names")
    private @Nullable String label;

    @Option(
            names = "--pin-file",
            required = true,
            paramLabel = "FILE",
            description = "a file with the user PIN, for its owner alone (chmod 600)")
    private Path pinFile = Path.of("");

    /// @param known the label that keys.json names, if it does
    TokenConfig config(Optional<String> known) {
        String wanted = Optional.ofNullable(label)
                .or(() -> known)
                .orElseThrow(() -> new Refusal("no token is named; give --token LABEL"));
        return new TokenConfig(
                module.toAbsolutePath(), wanted, Optional.empty(), Optional.empty(), pinFile.toAbsolutePath(), 1);
    }
}
