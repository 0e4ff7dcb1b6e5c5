package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.Locale;

/// The node answered, with an error of its own.
final class RpcError extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String data;

    /// @param data hex behind 0x, or empty: what a contract reverted with
    RpcError(String method, int code, String message, String data) {
        super(method + ": " + message + " (" + code + ")");
        this.code = code;
        this.data = data;
    }

    int code() {
        return code;
    }

    String data() {
        return data;
    }

    /// Execution stopped: the call itself is at fault, not the node. Nodes disagree on the code, so the words count
    /// too.
    boolean isRevert() {
        return code == 3 || getMessage().contains("revert");
    }

    /// Whether a contract said that it stopped for this reason.
    ///
    /// @param selector of its error
    boolean isRevertWith(byte[] selector) {
        return data.toLowerCase(Locale.ROOT).startsWith(Hex.of(selector));
    }
}
