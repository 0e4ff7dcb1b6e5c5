package org.sealpost.hsm.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the driver process and the library in it print: forwarded to this process's log line by line, and kept in
/// mind where it tells how the process ended. At most [#MAX_LINES] lines in a life and [#MAX_CHARACTERS] of each.
final class LastWords {
    static final int MAX_LINES = 1000;
    static final int MAX_CHARACTERS = 500;

    private static final System.Logger LOG = System.getLogger(LastWords.class.getName());
    private static final Pattern SIGNAL = Pattern.compile("#\\s+(SIG[A-Z]+) \\(0x([0-9a-f]+)\\).*");
    private static final Pattern FRAME = Pattern.compile("#\\s+(C|V|j|J|v|A)\\s+(\\[[^]]+\\].*)");

    private final String token;
    private int lines;

    // Guarded by this.
    private @Nullable String last;
    private @Nullable String crash;
    private @Nullable String place;

    LastWords(String token) {
        this.token = token;
    }

    /// Until the process has ended, on the calling thread.
    void follow(InputStream output) {
        var line = new StringBuilder();
        var buffer = new byte[4096];
        try (output) {
            for (int got = output.read(buffer); got >= 0; got = output.read(buffer)) {
                for (char c : new String(buffer, 0, got, StandardCharsets.ISO_8859_1).toCharArray()) {
                    if (c == '\n') {
                        line(line.toString());
                        line.setLength(0);
                    } else if (line.length() < MAX_CHARACTERS) {
                        line.append(c < ' ' || c > '~' ? '?' : c);
                    }
                }
            }
        } catch (IOException gone) {
            // The process has been killed; what it said before is kept.
        }
        line(line.toString());
    }

    void line(String line) {
        if (line.isBlank() || line.equals("#")) {
            return;
        }
        synchronized (this) {
            Matcher signal = SIGNAL.matcher(line);
            Matcher frame = FRAME.matcher(line);
            if (crash == null && signal.matches()) {
                crash = "signal " + Integer.parseInt(signal.group(2), 16) + " (" + signal.group(1) + ")";
            } else if (crash != null && place == null && frame.matches()) {
                place = frame.group(2).strip();
            }
            last = line;
        }
        if (++lines < MAX_LINES) {
            LOG.log(System.Logger.Level.INFO, "driver of token {0}: {1}", token, line);
        } else if (lines == MAX_LINES) {
            LOG.log(System.Logger.Level.WARNING, "driver of token {0}: says too much; no more of it here", token);
        }
    }

    /// The signal that crashed it and where, if the JVM in it has said so.
    synchronized Optional<String> crash() {
        return Optional.ofNullable(crash).map(signal -> place == null ? signal : signal + " in " + place);
    }

    synchronized Optional<String> last() {
        return Optional.ofNullable(last);
    }
}
