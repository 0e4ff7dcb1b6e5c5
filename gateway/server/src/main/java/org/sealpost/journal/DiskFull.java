package org.sealpost.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The disk has no room for a file of the size asked for. Nothing of that file is left behind.
public final class DiskFull extends IOException {
    private static final long serialVersionUID = 1;

    public DiskFull(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
