package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    private static final String OTHERS = "sealpost-evm-contract 1\ncontract " + "0".repeat(40) + "\ncreation 6000\n";

    private static final Set<String> OF_THE_CHAIN = Set.of(
            "anchors-evm",
            "anchored-evm",
            "replaced-evm",
            "proofs-evm",
            "proved-evm",
            "published-evm",
            "finished-evm",
            "publishing-evm");

    @TempDir
    private Path home;

    private void begunByAnotherRelease() throws IOException {
        for (var journal : OF_THE_CHAIN) {
            Files.createDirectories(home.resolve("data/" + journal));
            Files.writeString(home.resolve("data/" + journal + "/0000000000000000.segment"), "x");
        }
        for (var journal : Set.of("anchors-local", "entries")) {
            Files.createDirectories(home.resolve("data/" + journal));
            Files.writeString(home.resolve("data/" + journal + "/0000000000000000.segment"), "x");
        }
        Files.writeString(home.resolve("evm-contract-publications"), OTHERS);
        Files.writeString(home.resolve("evm-contract"), OTHERS);
    }

    private static Set<String> kept() {
        var names = new HashSet<>(OF_THE_CHAIN);
        names.addAll(Set.of("evm-contract", "evm-contract-publications"));
        return names;
    }

    private Set<String> names(String folder) throws IOException {
        try (var files = Files.list(home.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void whatToldOfAnotherReleasesContractIsKeptBeside() throws IOException {
        assertEquals(Optional.empty(), Demo.leaveContractOfAnotherRelease(home));
        begunByAnotherRelease();
        var said = Demo.leaveContractOfAnotherRelease(home).orElseThrow();
        assertTrue(said.contains("of another release"), said);
        assertEquals(Set.of("anchors-local", "entries"), names("data"));
        assertEquals(kept(), names("of-an-earlier-release"));
        assertEquals(Optional.empty(), Demo.leaveContractOfAnotherRelease(home));

        begunByAnotherRelease();
        Demo.leaveContractOfAnotherRelease(home).orElseThrow();
        assertEquals(2 * kept().size(), names("of-an-earlier-release").size(), "nothing is overwritten");
    }

    /// The process ended after any of its moves.
    @Test
    void whatWasInterruptedIsMadeUpFor() throws IOException {
        begunByAnotherRelease();
        Files.createDirectories(home.resolve("of-an-earlier-release"));
        Files.move(home.resolve("data/anchors-evm"), home.resolve("of-an-earlier-release/anchors-evm"));
        assertTrue(Demo.leaveContractOfAnotherRelease(home).isPresent());
        assertEquals(kept(), names("of-an-earlier-release"));
    }

    @Test
    void aFileThatIsNoPinFileIsLeftAlone() throws IOException {
        begunByAnotherRelease();
        Files.writeString(home.resolve("evm-contract"), "Dear ledger");
        assertThrows(IOException.class, () -> Demo.leaveContractOfAnotherRelease(home));
        assertFalse(Files.exists(home.resolve("of-an-earlier-release")));
        assertTrue(names("data").contains("anchors-evm"));
    }
}
