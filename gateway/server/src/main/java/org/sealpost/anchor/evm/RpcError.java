package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.Locale;
import org.sealpost.anchor.ForeignWords;

/// The node answered, with an error of its own; of what it said there is here as much as is read.
final class RpcError extends IOException {
    private static final long serialVersionUID = 1L;

    /// 0x and a selector: no error of our contracts says more, and of any other no more is asked.
    private static final int MAX_DATA = 2 + 2 * 4;

    private final int code;
    private final String data;

    /// @param data hex behind 0x, or empty: what a contract reverted with; the beginning is kept
    RpcError(String method, int code, String message, String data) {
        super(method + ": " + ForeignWords.shortened(message) + " (" + code + ")");
        this.code = code;
        this.data = data.length() <= MAX_DATA ? data : data.substring(0, MAX_DATA);
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
