package org.sealpost.ota.rauc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;

/// What writes slots: RAUC, or what a test puts in its place. An [IOException] says that it cannot be asked
/// now.
public interface Installer {
    /// What a bundle says of itself, once its signature was found good.
    record Manifest(String compatible, String version) {}

    /// It was asked, and will not.
    final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        public Refused(String message) {
            super(message);
        }
    }

    Manifest inspect(Path bundle) throws IOException, Refused;

    /// Writes the bundle into the slot that is not booted, and has it booted next.
    ///
    /// @param percent is told how far it is
    void install(Path bundle, IntConsumer percent) throws IOException, Refused;

    /// The boot name of the slot that is booted next; empty if there is none.
    Optional<String> primary() throws IOException;

    /// Takes a slot's tries away.
    ///
    /// @param bootName `A` or `B`
    void markBad(String bootName) throws IOException, Refused;
}
