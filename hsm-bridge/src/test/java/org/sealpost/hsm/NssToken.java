package org.sealpost.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Throw-away tokens of NSS (softokn): a folder with two databases each, which the module's reserved string names.
///
/// A process has one folder open at a time: close all tokens of the one before opening the next.
public final class NssToken {
    private static final List<String> USUAL_PLACES = List.of(
            "/usr/lib/x86_64-linux-gnu/libsoftokn3.so",
            "/usr/lib/x86_64-linux-gnu/nss/libsoftokn3.so",
            "/usr/lib/aarch64-linux-gnu/libsoftokn3.so",
            "/usr/lib/aarch64-linux-gnu/nss/libsoftokn3.so",
            "/usr/lib64/libsoftokn3.so");

    /// The officer's PIN exists only while there is no user PIN, and is empty.
    private static final byte[] NO_PIN = new byte[0];

    private final Path folder;

    private NssToken(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /// Empty databases below `folder`.
    public static NssToken create(Path folder) throws IOException {
        module();
        var token = new NssToken(folder);
        Files.createDirectories(token.databases());
        return token;
    }

    public static Path module() {
        return Installed.require("NSS's softokn", "libnss3", USUAL_PLACES);
    }

    /// Where the databases lie.
    public Path databases() {
        return folder.resolve("nss");
    }

    /// The token, with a random PIN in a file that only its owner reads. There is one per folder.
    public TokenConfig token(String label, int sessions) throws IOException {
        byte[] pin = SoftHsm.randomPin();
        Optional<String> reserved = Optional.of("configdir='sql:" + databases()
                + "' certPrefix='' keyPrefix='' secmod='' dbTokenDescription='" + label + "'");
        TokenCeremony.initToken(module(), reserved, label, NO_PIN, pin);
        Path pinFile = folder.resolve(label + ".pin");
        SoftHsm.write(pinFile, new String(pin, StandardCharsets.US_ASCII) + "\n");
        return new TokenConfig(module(), label, Optional.empty(), reserved, pinFile, sessions);
    }
}
