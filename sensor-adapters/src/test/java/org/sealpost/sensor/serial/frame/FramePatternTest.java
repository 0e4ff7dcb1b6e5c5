package org.sealpost.sensor.serial.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramePatternTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(30);
    private static final String FRAME = "a".repeat(255) + "b";

    @Test
    void aFrameMatchesAsAWholeAndItsNamedPartsAreTold() {
        var pattern = FramePattern.of("(?<a>x+)|(?<b>[^\\x00]\\xfc)");
        assertEquals(Optional.of(Map.of("a", "xx")), pattern.match("xx"));
        assertEquals(Optional.of(Map.of("b", "\u00e4\u00fc")), pattern.match("\u00e4\u00fc"));
        assertEquals(Optional.empty(), pattern.match("xxy"));
        assertEquals(pattern, FramePattern.of(pattern.toString()));
    }

    /// The guide's and the emulator's.
    @ParameterizedTest
    @ValueSource(strings = {"docs/sensors.md", "image-build/emulator/scenarios/sensors.py"})
    void thePatternsThatAreWrittenElsewhereAreTaken(String file) throws Exception {
        String text = Files.readString(Path.of(System.getProperty("sealpost.root"), file));
        var found = Pattern.compile("(?m)^frame = '(.*)'$")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertTrue(!found.isEmpty(), "no pattern in " + file);
        for (String pattern : found) {
            assertTrue(FramePattern.of(pattern)
                    .match(pattern.contains("<text>") ? "4006381" : "ST,GS,+ 1.5kg")
                    .isPresent());
        }
    }

    /// Each of them, with an engine that goes back, takes years on such a frame, or looks at none of it for ever.
    @Test
    void whateverRepeatsWhatItEndsAtOnce() throws Exception {
        for (String pattern : List.of(
                "(?:|)".repeat(80) + "\\z",
                "(?:(?:){16}){16}\\z",
                "(?:(?:(?:(?:|){4}){4}){4}){2}x",
                "(a+)+",
                "(a|aa)+",
                "(.*)*x",
                "([^b]|a)*",
                "(?:.*){16}x",
                "(.?){240}.*",
                "((((a?)?)?)?){150}.*",
                "(?:a*b*c*d*a*){190}",
                "^{256}^{256}^{256}^{256}^{256}^{256}^{256}.*",
                "(?:.{0,30}y?){30}x",
                "(?:".repeat(100) + "a" + ")*".repeat(100),
                ".{0,256}.{0,256}.{0,256}x")) {
            inLittleStack(() -> FramePattern.of(pattern).match(FRAME));
        }
    }

    /// What cannot be translated in time and memory, too.
    @ParameterizedTest
    @CsvSource(delimiter = ' ', quoteCharacter = '`', textBlock = """
            ((a{1000}){1000}) `repeats too much`
            (?:(?:){1000}){1000} `repeats too much`
            (?:(?:(?:|){200}){200}){200} `repeats too much`
            ((a{100}){100}) `repeats too much`
            (?:a{0,100}){0,100} `repeats too much`
            (a{200})\\Q\\E{200} `repeats too much`
            a{200}(?i){200} `repeats too much`
            .{257} `repeats too much`
            .{1,99999999999} `repeats too much`
            (?i)[a-\\x{10ffff}] `has a character that is more than a byte`
            (?i)[a-\uffee] `has a character that is more than a byte`
            [\\x{00100}] `has a character that is more than a byte`
            ()()()()()()()()()()()()()()()()() `has more than 16 groups`
            (a)\\1 `refers back to a group with \\1`
            (?<a>a)\\k<a> `refers back to a group with \\k`
            a(?=b) `looks ahead or behind with (?=,`
            a(?!b) `looks ahead or behind with (?!,`
            (?<=a)b `looks ahead or behind with (?<=,`
            (?<!a)b `looks ahead or behind with (?<!,`
            a++ `is no pattern: invalid nested repetition operator: ++`
            (a `is no pattern: missing closing )`
            a) `is no pattern: a closing parenthesis has none that opens it`
            (?<a>)(?<a>) `is no pattern: duplicate`
            \\pL `is no pattern: invalid escape sequence: \\p`
            """)
    void whatAPatternCannotIsSaid(String pattern, String sentence) throws Exception {
        var refused = inLittleStack(
                () -> assertThrows(IllegalArgumentException.class, () -> FramePattern.of(pattern), pattern));
        assertTrue(String.valueOf(refused.getMessage()).contains(sentence), refused::getMessage);
    }

    @Test
    void aPatternHasABoundedLengthAndDepth() throws Exception {
        inLittleStack(() -> FramePattern.of("x".repeat(512)).match(FRAME));
        assertThrows(IllegalArgumentException.class, () -> FramePattern.of("x".repeat(513)));
        var twice = "(?:".repeat(60) + "a" + "){2}".repeat(60);
        assertThrows(IllegalArgumentException.class, () -> FramePattern.of(twice));
        inLittleStack(
                () -> FramePattern.of("(?:".repeat(125) + "a" + ")".repeat(125)).match(FRAME));
    }

    /// Whatever the pattern is, it is taken or refused, and a frame matches or does not.
    @Test
    void anyPatternIsTakenOrRefusedAtOnce() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        List<String> pieces = List.of(
                "(?i)",
                "(?<a>",
                "(?:",
                "(?P<b>",
                "(",
                ")",
                "[",
                "[^",
                "]",
                "-",
                "{2}",
                "{0,9}",
                "{200}",
                "{",
                "}",
                "|",
                "*",
                "+",
                "?",
                "^",
                "$",
                ".",
                "\\",
                "\\Q",
                "\\E",
                "\\b",
                "\\z",
                "\\D",
                "\\pN",
                "[[:^alpha:]]",
                "\\x{f",
                "\\777",
                "\u00ff",
                "\ud83d",
                "a",
                "k",
                "0",
                ",",
                " ");
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int i = 0; i < 50_000; i++) {
                var pattern = new StringBuilder();
                for (int n = random.nextInt(random.nextInt(8) == 0 ? 150 : 20); n >= 0; n--) {
                    pattern.append(pieces.get(random.nextInt(pieces.size())));
                }
                try {
                    FramePattern.of(pattern.toString()).match(FRAME);
                } catch (IllegalArgumentException e) {
                    assertTrue(String.valueOf(e.getMessage()).length() < 250, () -> "seed " + seed);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("seed " + seed + ": " + pattern, e);
                }
            }
        });
    }

    /// On half the stack that a thread has by default.
    private static <T> T inLittleStack(Callable<T> work) throws Exception {
        var task = new FutureTask<>(work);
        var thread = new Thread(null, task, "little stack", 512 * 1024);
        thread.setDaemon(true);
        thread.start();
        return task.get(AT_ONCE.toSeconds(), TimeUnit.SECONDS);
    }
}
