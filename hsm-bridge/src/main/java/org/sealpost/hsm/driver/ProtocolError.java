package org.sealpost.hsm.driver;

import java.io.IOException;

/// The other end has sent what it must not; the connection ends.
class ProtocolError extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolError(String message) {
        super(message);
    }
}
