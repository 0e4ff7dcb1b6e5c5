package org.sealpost.sensor.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A machine by pymodbus, in a process of its own. Skips the test where it cannot be had.
final class Machine implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;
    private final int port;

    private Machine(Process process) throws IOException {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String first = String.valueOf(said.readLine());
        if (!first.startsWith("port ")) throw new IOException("the machine says " + first);
        this.port = Integer.parseInt(first.substring(5));
    }

    /// At any port for 0.
    static Machine start(int port) throws Exception {
        Path script = Path.of(Machine.class.getResource("/modbus_machine.py").toURI());
        return new Machine(new ProcessBuilder(python(), script.toString(), Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.appendTo(new File("target/modbus-machine.log")))
                .start());
    }

    private static String python() throws IOException, InterruptedException {
        var script = Path.of(System.getProperty("sealpost.root"), "scripts", "counterparts", "python");
        var finding =
                new ProcessBuilder(script.toString()).redirectErrorStream(true).start();
        finding.getOutputStream().close();
        String said = new String(finding.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!finding.waitFor(10, TimeUnit.MINUTES)) throw new IOException(script + " does not end");
        if (finding.exitValue() == 2) Assumptions.abort("pymodbus: " + said);
        if (finding.exitValue() != 0) throw new IOException(said);
        return said.lines().reduce((before, last) -> last).orElseThrow();
    }

    int port() {
        return port;
    }

    Machine is(String mode) throws IOException {
        process.getOutputStream().write((mode + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        assertEquals("is " + mode, said.readLine());
        return this;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
