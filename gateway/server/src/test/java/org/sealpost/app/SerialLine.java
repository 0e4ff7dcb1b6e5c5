package org.sealpost.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A serial line without a wire: a pseudo-terminal, and what a device at its other end says. Needs socat.
final class SerialLine implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("PTY is (/dev/[A-Za-z0-9/]+)");

    private final Process process;
    private final String port;

    private SerialLine(Process process, String port) {
        this.process = process;
        this.port = port;
    }

    static SerialLine open() throws IOException {
        Command.assumeInstalled("socat", "socat");
        var process = new ProcessBuilder("socat", "-d", "-d", "pty,raw,echo=0", "stdio").start();
        var said = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        for (var text = said.readLine(); text != null; text = said.readLine()) {
            var found = PORT.matcher(text);
            if (found.find()) return new SerialLine(process, found.group(1));
        }
        process.destroyForcibly();
        throw new IOException("socat gave no pseudo-terminal");
    }

    String port() {
        return port;
    }

    void say(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        process.getOutputStream().flush();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
