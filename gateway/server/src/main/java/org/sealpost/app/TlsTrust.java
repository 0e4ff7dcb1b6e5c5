package org.sealpost.app;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Whom a command trusts when it asks a gateway over TLS.
final class TlsTrust {
    @Option(
            names = "--ca",
            description = "PEM file: the certificate of the box itself, as it was compared with the console, or of a"
                    + " CA that issued it")
    private Optional<Path> ca = Optional.empty();

    /// Empty for the machine's own authorities.
    Optional<Path> ca() {
        return ca;
    }
}
