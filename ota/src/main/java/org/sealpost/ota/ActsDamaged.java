package org.sealpost.ota;

import java.io.IOException;

/// The file of acts holds something else than acts, one after the other, and at most a torn last line.
public final class ActsDamaged extends IOException {
    private static final long serialVersionUID = 1;

    ActsDamaged(String message) {
        super(message);
    }
}
