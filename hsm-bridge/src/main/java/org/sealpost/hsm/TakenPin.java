package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Remembers, across restarts, which version of a PIN file a token has taken last, so that a login with it is known
/// to be hardly a wrong one. Nothing of the PIN is kept, but when its file was written.
///
/// The file is `<pin-file>.taken`; used under the PIN file's lock.
final class TakenPin {
    private static final System.Logger LOG = System.getLogger(TakenPin.class.getName());
    private static final String FIRST_LINE = "sealpost taken-pin 1";

    private final PinFolder folder;

    TakenPin(PinFolder folder) {
        this.folder = folder;
    }

    Path file() {
        return folder.beside(".taken");
    }

    /// Whether the token of this serial took this version. What cannot be read is no.
    boolean is(String version, String serial) {
        try {
            return Files.exists(file())
                    && Files.readString(file(), StandardCharsets.UTF_8).equals(text(version, serial));
        } catch (IOException unreadable) {
            return false;
        }
    }

    /// The token took it; durable when this returns, unless it cannot be written.
    void note(String version, String serial) {
        if (is(version, serial)) {
            return;
        }
        try {
            folder.write(file(), text(version, serial).getBytes(StandardCharsets.UTF_8));
        } catch (IOException unwritten) {
            // The next login is taken for one that may be wrong: no reason not to sign.
            LOG.log(System.Logger.Level.WARNING, "it is not kept that the token took this PIN: {0}", unwritten);
        }
    }

    /// The token has refused it.
    void forget() throws IOException {
        if (Files.exists(file())) {
            folder.delete(file());
        }
    }

    private static String text(String version, String serial) {
        return FIRST_LINE + "\n" + version + "\n" + serial + "\n";
    }
}
