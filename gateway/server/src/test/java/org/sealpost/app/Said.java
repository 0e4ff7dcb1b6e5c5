package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What a command of `sealpost` said and how it ended, in this process, or a program in one of its own.
record Said(int code, String out, String err) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Said by(String... words) {
        var out = System.out;
        var err = System.err;
        var saidOut = new ByteArrayOutputStream();
        var saidErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(saidOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(saidErr, true, StandardCharsets.UTF_8));
        try {
            int code = Main.run(words);
            return new Said(code, saidOut.toString(StandardCharsets.UTF_8), saidErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    static Said by(List<String> words) {
        return by(words.toArray(String[]::new));
    }

    /// A program that comes to an end by itself, and is asked nothing.
    ///
    /// @param err where its standard error is kept
    static Said by(ProcessBuilder program, Path err) throws IOException, InterruptedException {
        var process = program.redirectError(err.toFile()).start();
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), out, Files.readString(err));
    }

    /// The same, if it ended well.
    Said well() {
        assertEquals(0, code, this::toString);
        return this;
    }

    /// The lines for a trust file that `verify` tells whoever does not know the box.
    String trustLines() {
        return out.lines()
                .dropWhile(line -> !line.equals("sealpost-trust 1"))
                .takeWhile(line -> !line.isEmpty())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    JsonNode json() throws IOException {
        return JSON.readTree(out);
    }

    /// Of one that did what was asked.
    JsonNode done() throws IOException {
        return well().json();
    }

    /// Error and remedy of one that did not.
    String refused(int expected) throws IOException {
        assertEquals(expected, code, this::toString);
        return json().required("error").asText() + " "
                + json().required("remedy").asText();
    }
}
