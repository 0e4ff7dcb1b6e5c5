package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.sensor.SensorSettings;

class SensorCommandTest {
    private static final String DOCUMENT = "[sensor.yard]\nkind = \"simulated\"\nseed = 1\nevery = \"1s\"\n"
            + "[sensor.scale]\nkind = \"serial\"\nport = \"/dev/no-such-port\"\nbaud = 9600\nframe-end = \"\\r\\n\"\n"
            + "frame = '^(?<text>.+)$'\n";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void aSensorThatSpeaksShowsItsFirstReading() throws Exception {
        assertEquals(0, test("yard", DOCUMENT));
        assertTrue(said().matches("(?s)[0-9.]+ Cel\n"), this::said);
    }

    @Test
    void aSensorThatDoesNotSaysWhy() throws Exception {
        assertEquals(SensorCommand.NO_READING, test("scale", DOCUMENT));
        assertTrue(said().contains("/dev/no-such-port"), this::said);
        assertEquals(SensorCommand.NO_READING, test("nobody", DOCUMENT));
        assertTrue(said().contains("\"nobody\""), this::said);
    }

    @Test
    void whatIsNoSettingsFileIsRefused() {
        var refused = assertThrows(StartRefused.class, () -> test("yard", DOCUMENT + "evry = 1\n"));
        assertTrue(refused.getMessage().contains("evry"), refused.getMessage());
        var absent = assertThrows(
                StartRefused.class, () -> SensorCommand.test("yard", folder.resolve("absent"), new PrintStream(out)));
        assertTrue(absent.getMessage().contains("cannot be read"), absent.getMessage());
        var endless = assertThrows(
                StartRefused.class, () -> SensorCommand.test("yard", Path.of("/dev/zero"), new PrintStream(out)));
        assertTrue(endless.getMessage().contains("64 KiB"), endless.getMessage());
    }

    @Test
    void theSensorsOfTheDemoCanBeUsedWithAndWithoutTheBadOne() throws Exception {
        try (var in = Objects.requireNonNull(Demo.class.getResourceAsStream("demo-sensors.toml"))) {
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(2, SensorSettings.parse(text).sensors().size());
            var all = SensorSettings.parse(text.replaceAll("(?m)^#(?! )", ""));
            assertEquals(3, all.sensors().size());
        }
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        for (var url : new String[] {"127.0.0.1:8080", "ftp://box", "http://", "x y"}) {
            assertThrows(StartRefused.class, () -> new SensorTable(url, "token", Optional.empty()), url);
        }
        var closed = assertThrows(
                StartRefused.class,
                () -> new SensorTable("http://127.0.0.1:1", "token", Optional.empty()).print(new PrintStream(out)));
        assertTrue(closed.getMessage().contains("does not answer"), closed.getMessage());
        var file = folder.resolve("no.pem");
        assertThrows(StartRefused.class, () -> new SensorTable("https://box", "token", Optional.of(file)));
    }

    @Test
    void anAnswerWithoutAnEndIsNotHeld() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            // Until the other side has enough of it.
            try (var body = exchange.getResponseBody()) {
                while (true) body.write(new byte[1 << 16]);
            }
        });
        server.start();
        try {
            var table =
                    new SensorTable("http://127.0.0.1:" + server.getAddress().getPort(), "token", Optional.empty());
            var refused = assertThrows(StartRefused.class, () -> table.print(new PrintStream(out)));
            assertTrue(refused.getMessage().contains("does not answer"), refused.getMessage());
        } finally {
            server.stop(0);
        }
    }

    private int test(String name, String document) throws Exception {
        out.reset();
        var file = Files.writeString(folder.resolve("sensors.toml"), document);
        return SensorCommand.test(name, file, new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
