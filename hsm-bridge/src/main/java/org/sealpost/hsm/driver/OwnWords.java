package org.sealpost.hsm.driver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// The driver process's own log on its standard error, each line with a mark, so that the parent can tell it from
/// what the library prints there.
///
/// A line goes out in one piece: nothing of the library's comes between the mark and the line's end.
final class OwnWords extends OutputStream {
    static final String MARK = "sealpost-driver| ";

    private final OutputStream output;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    OwnWords(OutputStream output) {
        this.output = output;
        begin();
    }

    /// Before anything is logged.
    static void mark() {
        System.setErr(new PrintStream(new OwnWords(System.err), true, StandardCharsets.UTF_8));
    }

    @Override
    public synchronized void write(int b) throws IOException {
        line.write(b);
        if (b == '\n') {
            output.write(line.toByteArray());
            output.flush();
            begin();
        }
    }

    private void begin() {
        line.reset();
        line.writeBytes(MARK.getBytes(StandardCharsets.US_ASCII));
    }
}
