package org.sealpost.hsm;

import java.nio.file.Path;
import java.util.Map;

/// Where the user's PIN of a token is read, and where it is kept what the token said of it.
///
/// Beside a PIN file there is room for both. A systemd credential lies in a folder that nobody may write, and
/// that is gone when its service ends: what was refused is kept elsewhere then, and since each start makes the
/// file anew, the credential is known again by what it holds and not by when it was written.
///
/// @param file   holds the PIN, nothing else but one line end
/// @param memory how files of [PinFolder] are called before their endings: `<memory>.blocked` and others. Its
///     folder must be writable
public record PinPlace(Path file, Path memory) {
    private static final String DIRECTORY = "CREDENTIALS_DIRECTORY";
    private static final int MAX_NAME_BYTES = 255;

    /// A file whose folder may be written.
    public static PinPlace inFile(Path pinFile) {
        return new PinPlace(pinFile, pinFile);
    }

    /// A credential that systemd has given to this service.
    ///
    /// @param environment of this process, which says where credentials lie
    /// @throws IllegalArgumentException in words, if that is no name of a credential, or this process has none
    public static PinPlace ofCredential(String name, Map<String, String> environment, Path memory) {
        if (!isName(name)) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a systemd credential: it has 1 to "
                    + MAX_NAME_BYTES + " printable ASCII characters without blanks, \"/\" and \":\", and is not \".\""
                    + " or \"..\"");
        }
        String folder = environment.get(DIRECTORY);
        if (folder == null || !folder.startsWith("/")) {
            throw new IllegalArgumentException("the PIN is to come from the systemd credential \"" + name
                    + "\", and this process was given no credentials ($" + DIRECTORY
                    + " is not set): start it by a unit with LoadCredential=" + name + ":/path (for a command:"
                    + " systemd-run --pipe --wait -p LoadCredential=" + name + ":/path ...), or name a PIN file");
        }
        return new PinPlace(Path.of(folder, name), memory);
    }

    /// As systemd has it, and without blanks, which nobody means.
    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME_BYTES
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != ':');
    }

    /// Whether the PIN comes from where nobody here can write.
    public boolean isCredential() {
        return !file.equals(memory);
    }

    /// How an operator supplies another PIN.
    String supply() {
        return isCredential()
                ? "Put the right PIN into the systemd credential, and restart the service that is given it."
                : "Put the right PIN into the PIN file; it is read again by itself.";
    }
}
