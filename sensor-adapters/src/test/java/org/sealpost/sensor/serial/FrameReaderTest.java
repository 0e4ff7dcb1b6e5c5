package org.sealpost.sensor.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SerialSettings;
import org.sealpost.sensor.Value;

class FrameReaderTest {
    static final String SCALE = """
            frame-end = "\\r\\n"
            frame = '^(?<stable>ST|US),(?:GS|NT),(?<value>[+-] *[0-9.]+) *(?<unit>kg|KG|g|t)$'
            stable = "ST"
            units = { KG = "kg" }
            """;

    static SerialSettings settings(String keys) throws Exception {
        String toml = "[sensor.line]\nkind = \"serial\"\nport = \"/dev/ttyTEST\"\n" + keys;
        return (SerialSettings)
                SensorSettings.parse(toml).sensor("line").orElseThrow().adapter();
    }

    private static Sample read(FrameReader reader, String frame) {
        return reader.read(frame.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void aSettledWeightIsMeasuredWithTheDigitsAsTheyWereRead() throws Exception {
        var reader = new FrameReader(settings(SCALE));
        var measured = assertInstanceOf(Sample.Measured.class, read(reader, "ST,GS,+0001250.50KG"));
        assertEquals(new Value.Decimal("1250.50"), measured.value());
        assertEquals("kg", measured.unit());
        assertEquals(
                "ST,GS,+0001250.50KG", new String(measured.raw().bytes().orElseThrow(), StandardCharsets.US_ASCII));
        assertEquals(new Value.Decimal("-12"), ((Sample.Measured) read(reader, "ST,NT,-   12.t")).value());
        assertEquals(new Value.Decimal("0.0"), ((Sample.Measured) read(reader, "ST,NT,-000.0g")).value());
    }

    @Test
    void aWeightInMotionIsNoReadingAndAFrameThatDoesNotMatchIsNonsense() throws Exception {
        var reader = new FrameReader(settings(SCALE));
        assertInstanceOf(Sample.Unsettled.class, read(reader, "US,GS,+0001250.5kg"));
        for (String frame :
                List.of("", "ST,GS,+0001250.5", "ST,GS,+1.2.3kg", "ST,GS,+....kg", "xST,GS,+1kg", "ST,GS,+1kgx")) {
            assertInstanceOf(Sample.Nonsense.class, read(reader, frame), frame);
        }
    }

    @Test
    void changesAreSettledValuesThatAreNotTheLastOne() throws Exception {
        var reader = new FrameReader(settings(SCALE + "record = \"changes\"\nrange = [\"0\", \"50\"]\n"));
        assertInstanceOf(Sample.Measured.class, read(reader, "ST,GS,+1.5kg"));
        assertInstanceOf(Sample.Unchanged.class, read(reader, "ST,GS,+1.5kg"));
        assertInstanceOf(Sample.Unsettled.class, read(reader, "US,GS,+1.7kg"));
        assertInstanceOf(Sample.Unchanged.class, read(reader, "ST,GS,+1.5kg"));
        assertEquals(Quality.UNCERTAIN, ((Sample.Measured) read(reader, "ST,GS,+51kg")).quality());
        assertEquals(Quality.GOOD, ((Sample.Measured) read(reader, "ST,GS,+1.5kg")).quality());
    }

    @Test
    void aReadersTextIsUtf8IfItIsAndBytesElse() throws Exception {
        var reader = new FrameReader(settings("frame-end = \"\\r\"\nframe = '^(?<text>.{1,80})$'\n"));
        assertEquals(new Value.Text("4006381333931"), ((Sample.Measured) read(reader, "4006381333931")).value());
        var utf8 = new String("Zürich".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertEquals(new Value.Text("Zürich"), ((Sample.Measured) read(reader, utf8)).value());
        assertEquals(new Value.Text("Z\u00fcrich"), ((Sample.Measured) read(reader, "Z\u00fcrich")).value());
        assertInstanceOf(Sample.Nonsense.class, read(reader, "x".repeat(81)));
    }

    @Test
    void aPatternThatCouldTakeYearsDoesNot() throws Exception {
        for (String pattern :
                List.of("^(?<text>(a+)+)$", "^(?<text>(a|aa)+)$", "^(?<text>(.*)*)x$", "^(?<text>([^b]|a)*)$")) {
            var reader = new FrameReader(settings("frame-end = \"\\r\"\nframe = '" + pattern + "'\n"));
            var nonsense = assertInstanceOf(Sample.Nonsense.class, read(reader, "a".repeat(255) + "b"), pattern);
            assertTrue(nonsense.bytes().startsWith("6161"), nonsense::toString);
        }
    }

    @Test
    void framesAreCutAtTheirEndWhereverTheBytesAreCut() {
        byte[] line = "one\r\ntwo\r\r\n\r\nthree".getBytes(StandardCharsets.US_ASCII);
        for (int cut = 0; cut <= line.length; cut++) {
            var splitter = new FrameSplitter(new byte[] {'\r', '\n'}, 256);
            List<String> frames = new ArrayList<>();
            byte[] rest = Arrays.copyOfRange(line, cut, line.length);
            splitter.add(line, cut).forEach(frame -> frames.add(new String(frame.bytes(), StandardCharsets.US_ASCII)));
            splitter.add(rest, rest.length)
                    .forEach(frame -> frames.add(new String(frame.bytes(), StandardCharsets.US_ASCII)));
            assertEquals(List.of("one", "two\r", ""), frames);
        }
    }

    @Test
    void aFrameThatIsTooLongIsToldOnceAndTheNextOneIsRead() {
        var splitter = new FrameSplitter(new byte[] {'\n'}, 4);
        byte[] line = "abcd\nabcdefghij\nok\n".getBytes(StandardCharsets.US_ASCII);
        var frames = splitter.add(line, line.length);
        assertEquals(3, frames.size());
        assertTrue(frames.get(1).isTooLong());
        assertEquals("ok", new String(frames.get(2).bytes(), StandardCharsets.US_ASCII));
    }

    /// Whatever comes over the line: frames are bounded, and each gives a sample.
    @Test
    void noiseGivesBoundedFramesAndSamples() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var reader = new FrameReader(settings(SCALE));
        var splitter = new FrameSplitter(new byte[] {'\r', '\n'}, 64);
        int measured = 0;
        for (int i = 0; i < 3_000; i++) {
            var noise = new ByteArrayOutputStream();
            byte[] bytes = new byte[random.nextInt(90)];
            random.nextBytes(bytes);
            noise.writeBytes(bytes);
            noise.writeBytes("\r\nST,GS,+%d.%dkg\r\n"
                    .formatted(random.nextInt(9999), random.nextInt(99))
                    .getBytes());
            byte[] all = noise.toByteArray();
            for (var frame : splitter.add(all, all.length)) {
                assertTrue(frame.bytes().length <= 66, () -> "seed " + seed);
                if (!frame.isTooLong() && reader.read(frame.bytes()) instanceof Sample.Measured) measured++;
            }
        }
        assertEquals(3_000, measured, () -> "seed " + seed);
    }
}
