package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The short forms of the benchmarks: that they run with every contender that is there, that nothing stays
/// unanswered, that each acknowledged record is in the log once and gets sealed. How fast is no question for a
/// test.
class CompareIT {
    @TempDir
    Path folder;

    @Test
    void allIsAnsweredAndSealed() throws Exception {
        assumeTrue(SealpostGateway.softHsm().findAny().isPresent(), "SoftHSM is not installed");
        var arguments = new ArrayList<>(List.of("--short", "--heap", "256m", "--load", "50"));
        arguments.addAll(peer("moquette"));
        arguments.addAll(peer("hivemq"));
        var report = run(new Compare(), arguments);
        for (var contender :
                List.of("Sealpost", "Sealpost, heap 256m", "bare Netty server", "bare server, a signature")) {
            assertTrue(report.contains("\n| " + contender), report);
        }
        assertTrue(report.contains("no coordinated omission"), report);
        // Both loops tell how long the seals took.
        var sealed = Pattern.compile("\\n\\| Sealpost \\| 50 \\|([^|]*\\|){4} ([0-9,]+) [^|]*\\|");
        var found = sealed.matcher(report);
        assertTrue(found.find() && !found.group(2).equals("0"), report);
        if (arguments.contains("--peer")) assertTrue(report.contains(", one absent subscriber |"), report);
    }

    @Test
    void theCProgramWritesTheGroupsThatTheJournalWrote() throws Exception {
        assumeTrue(
                Stream.of("/usr/bin/cc", "/usr/bin/gcc").map(Path::of).anyMatch(Files::isExecutable),
                "no C compiler is installed");
        var report = run(new AppendCompare(), List.of("--short", "--source", "peers/append.c"));
        assertTrue(report.contains("\n| C program | "), report);
    }

    @Test
    void eachLeafIsInTheLogBeforeItIsAnswered() throws Exception {
        var arguments = new ArrayList<>(List.of("--short"));
        var tessera = peer("tessera");
        arguments.addAll(tessera);
        var report = run(new LogCompare(), arguments);
        assertTrue(report.contains("\n| journal and tree, 1,024 waiters | "), report);
        if (!tessera.isEmpty()) assertTrue(report.contains("\n| Tessera, 64 waiters, defaults | "), report);
    }

    /// A peer where it has been fetched; nothing is fetched for a test.
    private static List<String> peer(String name) throws Exception {
        var fetch = new ProcessBuilder("peers/fetch", "--there", name)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var place = new String(fetch.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return fetch.waitFor() == 0 ? List.of("--peer", name + "=" + place) : List.of();
    }

    private String run(Object command, List<String> arguments) {
        var all = new ArrayList<>(arguments);
        all.addAll(List.of("--folder", folder.toString()));
        var standard = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, new CommandLine(command).execute(all.toArray(String[]::new)));
        } finally {
            System.setOut(standard);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
