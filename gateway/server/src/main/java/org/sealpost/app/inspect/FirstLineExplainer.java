package org.sealpost.app.inspect;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustUnusable;

/// Texts whose first line names their kind and version.
final class FirstLineExplainer implements Explainer {
    private static final int MAX_TRUST_BYTES = 64 << 10;

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (!subject.startsWith("sealpost")) return Optional.empty();
        var lines = subject.lines();
        if (lines.isEmpty() || lines.get().isEmpty()) return Optional.empty();
        return Optional.ofNullable(
                switch (lines.get().getFirst()) {
                    case "sealpost-trust 1" -> trust(subject);
                    case "sealpost-evm-contract 1" -> contract(lines.get());
                    case "sealpost-mirror 1" -> named("which log this folder is a mirror of, version 1", lines.get());
                    case "sealpost-succeeded 1" ->
                        named(
                                "which origin goes on from the one of this directory, which ended, version 1",
                                lines.get());
                    case "sealpost-est-request 1" -> request(lines.get());
                    case "sealpost-self-check 1" -> selfCheck(lines.get());
                    case "sealpost pin-blocked 1" -> blocked(lines.get());
                    case "sealpost odd-refusals 1" -> odd(lines.get());
                    case "sealpost taken-pin 1" ->
                        Explanation.of("which version of a PIN file its token took last, version 1; nothing of the PIN")
                                .done();
                    default -> null;
                });
    }

    private static Explanation trust(Subject subject) throws IOException {
        var draft = Explanation.of("trust file, version 1");
        try {
            var trust = TrustFile.parse(subject.name(), subject.content(MAX_TRUST_BYTES));
            trust.origin().ifPresent(origin -> draft.fact("origin", origin));
            trust.genesis().ifPresent(genesis -> draft.fact("genesis", genesis.hex()));
            draft.fact("authorities", trust.authorities().size());
            trust.keys()
                    .forEach(key -> draft.item("sealing key " + key.thumbprint().hex()));
            trust.chains().forEach(chain -> draft.item("chain evm " + chain.chainId()));
        } catch (TrustUnusable e) {
            draft.damaged(String.valueOf(e.getMessage()));
        }
        return draft.done();
    }

    private static Explanation contract(List<String> lines) {
        var draft = Explanation.of("which contract on an EVM chain takes this box's heads, version 1");
        lines.stream()
                .filter(line -> line.startsWith("contract "))
                .forEach(line -> draft.fact("contract", line.substring("contract ".length())));
        return draft.done();
    }

    /// Of lines that are a name and what it is.
    private static Explanation named(String kind, List<String> lines) {
        var draft = Explanation.of(kind);
        lines.stream()
                .skip(1)
                .map(line -> line.split(" ", 2))
                .filter(words -> words.length == 2)
                .forEach(words -> draft.fact(words[0], words[1]));
        return draft.done();
    }

    private static Explanation request(List<String> lines) {
        var draft = Explanation.of("certificate request that a CA has and has not answered, version 1");
        if (lines.size() != 5)
            return draft.damaged(lines.size() + " lines, expected 5").done();
        return draft.fact("for the key", lines.get(1))
                .fact("asked again", lines.get(2))
                .done();
    }

    private static Explanation selfCheck(List<String> lines) {
        var draft = Explanation.of("what the nightly self-check found, version 1");
        lines.stream().skip(1).forEach(draft::item);
        return draft.done();
    }

    private static Explanation blocked(List<String> lines) {
        // The hashes are slow ones, but a PIN is short: they are not shown.
        return Explanation.of("PINs that a token has refused, as salted hashes (not shown), version 1")
                .fact("PINs", Math.max(0, lines.size() - 2))
                .done();
    }

    private static Explanation odd(List<String> lines) {
        var draft = Explanation.of("logins that ended without a word of the PIN, version 1");
        try {
            draft.fact("in a row", Integer.parseInt(lines.get(1)))
                    .fact("last", Instant.ofEpochMilli(Long.parseLong(lines.get(2))));
        } catch (IndexOutOfBoundsException | NumberFormatException | DateTimeException e) {
            draft.damaged("a number is missing");
        }
        return draft.done();
    }
}
