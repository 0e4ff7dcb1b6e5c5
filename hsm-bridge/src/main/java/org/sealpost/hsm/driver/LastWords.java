package org.sealpost.hsm.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the driver process prints: forwarded to this process's log line by line, and kept in mind where it tells how
/// the process ended. At most [#MAX_LINES] lines in a life and [#MAX_CHARACTERS] of each.
///
/// What the library in it prints is not forwarded: a library that debugs, or one that spies, prints the PIN.
final class LastWords {
    static final int MAX_LINES = 1000;
    static final int MAX_CHARACTERS = 500;

    private static final System.Logger LOG = System.getLogger(LastWords.class.getName());
    private static final Pattern SIGNAL = Pattern.compile("#\\s+(SIG[A-Z]+) \\(0x([0-9a-f]+)\\).*");
    private static final Pattern FRAME = Pattern.compile("#\\s+(C|V|j|J|v|A)\\s+(\\[[^]]+\\].*)");

    private static final String CRASHED = "# A fatal error has been detected by the Java Runtime Environment:";
    /// What a JVM says at run time, besides its report of a crash.
    private static final Pattern OF_THE_JVM =
            Pattern.compile("Terminating due to java\\.lang\\.OutOfMemoryError.*|OpenJDK .* VM warning: .*");

    private final String token;
    private int lines;
    private boolean librarySpoke;

    /// Before it, there is only the JVM.
    private volatile boolean libraryMaySpeak;

    // Guarded by this.
    private @Nullable String last;
    private @Nullable String crash;
    private @Nullable String place;
    private boolean reporting;

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

    /// From now on the process may load the library.
    void libraryMaySpeak() {
        libraryMaySpeak = true;
    }

    private void line(String printed) {
        boolean marked = printed.startsWith(OwnWords.MARK);
        String line = marked ? printed.substring(OwnWords.MARK.length()) : printed;
        if (line.isBlank() || line.equals("#")) {
            return;
        }
        if (!marked && libraryMaySpeak && !isOfTheJvm(line)) {
            if (!librarySpoke && !isReporting()) {
                librarySpoke = true;
                LOG.log(
                        System.Logger.Level.INFO,
                        "driver of token {0}: its library prints something, which is not kept, since it may print PINs;"
                                + " it is seen where the token is opened without a driver process",
                        token);
            }
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

    private synchronized boolean isReporting() {
        return reporting;
    }

    private synchronized boolean isOfTheJvm(String line) {
        reporting |= line.equals(CRASHED);
        return reporting && line.startsWith("#") || OF_THE_JVM.matcher(line).matches();
    }

    /// The signal that crashed it and where, if the JVM in it has said so.
    synchronized Optional<String> crash() {
        return Optional.ofNullable(crash).map(signal -> place == null ? signal : signal + " in " + place);
    }

    synchronized Optional<String> last() {
        return Optional.ofNullable(last);
    }
}
