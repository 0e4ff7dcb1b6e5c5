package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.admin.BoxState;

/// Which of an image's two systems the boot loader has started (docs/appliance.md), as it told the kernel.
final class BootedSlot {
    private static final Path COMMAND_LINE = Path.of("/proc/cmdline");
    private static final Pattern SLOT = Pattern.compile("(?:^|\\s)rauc\\.slot=([AB])(?=\\s|$)");

    private BootedSlot() {}

    /// Empty where no image was booted.
    static Optional<BoxState.Slot> read() throws IOException {
        return of(Files.readString(COMMAND_LINE));
    }

    static Optional<BoxState.Slot> of(String commandLine) {
        var slot = SLOT.matcher(commandLine);
        return slot.find() ? Optional.of(new BoxState.Slot(slot.group(1))) : Optional.empty();
    }
}
