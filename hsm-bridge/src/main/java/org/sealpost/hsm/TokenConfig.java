package org.sealpost.hsm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// How a token is found and opened.
///
/// `module` is the vendor's library, `label` (and `serial`, if set) name the token in it, `reserved` is the
/// module's own parameter string (pReserved; NSS needs one). `pin` is where the user PIN is read: mostly a file
/// that holds it, beside which `<pin-file>.blocked` must be creatable, because a wrong PIN is remembered there.
/// `sessions` (1 to 64) is how many signatures may be under way in the token at once. `profile` says what is
/// special about the vendor's module (docs/hsm.md): the name of one that comes with this program, or the path of a
/// file of one's own; where it is empty, the module's manufacturer decides.
public record TokenConfig(
        Path module,
        String label,
        Optional<String> serial,
        Optional<String> reserved,
        PinPlace pin,
        int sessions,
        Optional<String> profile) {

    public TokenConfig {
        requireLabel(label);
        if (sessions < 1 || sessions > 64) {
            throw new IllegalArgumentException("sessions must be 1 to 64, not " + sessions);
        }
    }

    static void requireLabel(String label) {
        if (label.isBlank() || label.getBytes(StandardCharsets.UTF_8).length > 32) {
            throw new IllegalArgumentException("a token's label has 1 to 32 bytes: \"" + label + "\"");
        }
    }

    /// With the PIN in a file.
    public TokenConfig(
            Path module,
            String label,
            Optional<String> serial,
            Optional<String> reserved,
            Path pinFile,
            int sessions,
            Optional<String> profile) {
        this(module, label, serial, reserved, PinPlace.inFile(pinFile), sessions, profile);
    }

    /// A token whose module is known by its manufacturer, with the PIN in a file.
    public TokenConfig(
            Path module, String label, Optional<String> serial, Optional<String> reserved, Path pinFile, int sessions) {
        this(module, label, serial, reserved, pinFile, sessions, Optional.empty());
    }

    /// Whether a profile is named by the path of its file: it has a slash, or ends in `.properties`.
    public static boolean isProfileFile(String nameOrPath) {
        return nameOrPath.contains("/") || nameOrPath.endsWith(".properties");
    }

    /// The same token, and no other that has its label.
    public TokenConfig withSerial(String only) {
        return new TokenConfig(module, label, Optional.of(only), reserved, pin, sessions, profile);
    }

    /// The same token with this profile.
    public TokenConfig withProfile(String nameOrPath) {
        return new TokenConfig(module, label, serial, reserved, pin, sessions, Optional.of(nameOrPath));
    }

    /// The same token, whose PIN is read there.
    public TokenConfig withPin(PinPlace place) {
        return new TokenConfig(module, label, serial, reserved, place, sessions, profile);
    }

    /// Where the PIN is read.
    public Path pinFile() {
        return pin.file();
    }
}
