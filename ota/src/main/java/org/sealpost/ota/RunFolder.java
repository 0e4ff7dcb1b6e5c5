package org.sealpost.ota;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The agent's words to the rest of the system, and what it has to know again after it was started anew in the
/// same boot. All of it is gone with the boot.
///
/// @param folder    the agent's
/// @param confirmed made by the system once the boot environment calls the booted slot good
record RunFolder(Path folder, Path confirmed) {
    Path socket() {
        return folder.resolve("agent.socket");
    }

    void pass() throws IOException {
        touch("passed");
    }

    boolean hasPassed() {
        return Files.exists(folder.resolve("passed"));
    }

    void reboot() throws IOException {
        touch("reboot");
    }

    boolean hasAskedForReboot() {
        return Files.exists(folder.resolve("reboot"));
    }

    boolean isConfirmed() {
        return Files.exists(confirmed);
    }

    private void touch(String name) throws IOException {
        Files.write(folder.resolve(name), new byte[0]);
    }

    /// Whether the booted slot had been given up before this boot; asked before [#firstRan].
    ///
    /// @param isNow whether it is now: the agent's first process in a boot finds what was before it
    boolean wasGivenUp(boolean isNow) throws IOException {
        if (isNow && !Files.exists(folder.resolve("first-ran"))) touch("given-up");
        return Files.exists(folder.resolve("given-up"));
    }

    /// When the agent first ran in this boot, on the clock that counts from its beginning.
    long firstRan(long nowNanos) throws IOException {
        var file = folder.resolve("first-ran");
        if (Files.exists(file)) {
            var text = Files.readString(file, StandardCharsets.US_ASCII);
            if (text.matches("[0-9]{1,18}") && Long.parseLong(text) <= nowNanos) return Long.parseLong(text);
        }
        Files.writeString(file, Long.toString(nowNanos), StandardCharsets.US_ASCII);
        return nowNanos;
    }
}
