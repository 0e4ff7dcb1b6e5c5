package org.sealpost.ota;

import java.util.Optional;
import java.util.regex.Pattern;

/// One of the image's two systems (docs/appliance.md).
enum Slot {
    A,
    B;

    Slot other() {
        return this == A ? B : A;
    }

    /// What the kernel's command line says under a name; empty where it says nothing of the kind.
    static Optional<Slot> named(String name, String commandLine) {
        var found = Pattern.compile("(?:^|\\s)" + Pattern.quote(name) + "=([AB])(?=\\s|$)")
                .matcher(commandLine);
        return found.find() ? Optional.of(valueOf(found.group(1))) : Optional.empty();
    }
}
