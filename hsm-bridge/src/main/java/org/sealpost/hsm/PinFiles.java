package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The PIN file, and beside it, while a change of PIN is under way, the new PIN in `<pin-file>.next`.
///
/// `.next` is there exactly as long as it is not known on this disk which of the two the token has: it appears
/// whole before the token is asked to change, and goes, by taking the PIN file's place or by being deleted, after
/// the token has answered. Each step is durable before the next.
///
/// A credential is changed by whoever gives it, and never by us.
record PinFiles(PinFolder folder) {
    private static final System.Logger LOG = System.getLogger(PinFiles.class.getName());

    PinFiles(Path pinFile) {
        this(new PinFolder(pinFile));
    }

    Path next() {
        return folder.beside(".next");
    }

    boolean isChanging() {
        return !folder.place().isCredential() && Files.exists(next());
    }

    void announce(byte[] fresh) throws IOException {
        folder.write(next(), fresh);
    }

    /// The token has the new PIN.
    void promote() throws IOException {
        folder.move(next(), folder.pinFile());
    }

    /// The token has not the new PIN.
    void drop() throws IOException {
        folder.delete(next());
    }

    /// The token took what is in the PIN file: PINs that a power cut left elsewhere are of no use any more.
    void removeLeftovers() {
        try {
            for (Path leftover : List.of(next(), newPin(), officersPin())) {
                folder.deleteUnfinished(leftover);
            }
            folder.delete(newPin());
            folder.delete(officersPin());
        } catch (IOException kept) {
            // It is no reason not to sign.
            LOG.log(System.Logger.Level.WARNING, "a PIN that is of no use is left beside its file: {0}", kept);
        }
    }

    // ---- while a token is being prepared (TokenCeremony) ----

    /// The PIN that the token gets: the PIN file, as soon as the token has it.
    Path newPin() {
        return folder.beside(".new");
    }

    /// The security officer's, for as long as the token has no other.
    Path officersPin() {
        return folder.beside(".officer.new");
    }

    /// Empty if somebody holds it.
    Optional<PinLock> lock() throws IOException {
        return folder.lock();
    }
}
