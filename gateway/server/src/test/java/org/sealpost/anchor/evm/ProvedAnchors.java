package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sealpost.anchor.FinalHead;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.command.VerifyCommand;

/// What `sealpost verify` tells as proved about anchors, by a trust file as docs/ledgers.md has readers write it.
final class ProvedAnchors {
    private ProvedAnchors() {}

    /// @param folder     for the trust file and the head's evidence
    /// @param validators how the chain is sealed, and the accounts that seal, as the trust file has them
    /// @param more       words for the command
    static List<String> of(Path folder, EvmRelay relay, FinalHead head, String validators, String... more)
            throws Exception {
        var chain = (AnchorIdentity.Evm) relay.relay().identity().orElseThrow();
        var trust = Files.createDirectories(folder.resolve("trust"));
        Files.writeString(
                trust.resolve("box.trust"),
                relay.trust() + TrustFile.naming(chain) + "validators evm " + chain.chainId() + " " + validators
                        + "\n");
        var file = Files.write(folder.resolve("head.evidence"), relay.evidence(head));
        var words = new ArrayList<>(List.of(file.toString(), "--trust", trust.toString()));
        words.addAll(List.of(more));
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int code = VerifyCommand.run(words.toArray(String[]::new), out, out);
        var said = bytes.toString(StandardCharsets.UTF_8);
        assertEquals(0, code, said);
        return Stream.of(said.split("\n\n"))
                .filter(paragraph -> paragraph.startsWith("Proved"))
                .flatMap(String::lines)
                .filter(line -> line.startsWith("  anchor "))
                .toList();
    }
}
