package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.sealpost.hsm.TokenDoctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Walks from the library to a signature, and says at the first trouble what to do. Tries the PIN"
                + " once, and not if it was refused before.")
final class HsmDoctor implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(
            paramLabel = "KEY",
            arity = "0..*",
            description = "the labels of the keys that are meant; without any, each key of the token must pass")
    private List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            if (target.isInsecure()) {
                try (var token = target.open()) {
                    // Whatever is good of it, it is no token that can be used.
                    var insecure = token.health();
                    return answer(
                            HsmOutput.object().put("insecure", insecure.cause()),
                            HsmInsecure.examined(token, names),
                            "It is INSECURE: " + insecure.cause() + ". " + insecure.remedy());
                }
            }
            var findings = new ArrayList<TokenDoctor.Finding>();
            boolean good = TokenDoctor.examine(target.token(), target.way(), names, findings::add);
            return answer(HsmOutput.object(), findings, good ? "The token can be used." : "");
        });
    }

    /// @param json    takes the findings
    /// @param verdict the last line; empty for none
    private static HsmOutput.Answer answer(ObjectNode json, List<TokenDoctor.Finding> findings, String verdict) {
        var worst = findings.stream()
                .filter(finding -> !finding.good())
                .findFirst()
                .map(TokenDoctor.Finding::meaning)
                .orElse(TokenDoctor.Meaning.GOOD);
        json.put("good", worst == TokenDoctor.Meaning.GOOD);
        var all = json.putArray("findings");
        var lines = new ArrayList<String>();
        for (var finding : findings) {
            var step = finding.step().name().toLowerCase(Locale.ROOT).replace('_', '-');
            all.add(HsmOutput.object()
                    .put("step", step)
                    .put("good", finding.good())
                    .put("meaning", finding.meaning().name().toLowerCase(Locale.ROOT))
                    .put("words", finding.words())
                    .put("remedy", finding.remedy()));
            lines.add((finding.good() ? "good  " : "BAD   ") + step + ": " + finding.words());
            if (!finding.good()) lines.add("      what to do: " + finding.remedy());
        }
        if (!verdict.isEmpty()) lines.add(verdict);
        return new HsmOutput.Answer(json, List.copyOf(lines), exitCode(worst));
    }

    private static int exitCode(TokenDoctor.Meaning worst) {
        return switch (worst) {
            case GOOD -> HsmCommand.DONE;
            case AMISS -> HsmCommand.REFUSED;
            case AWAY -> HsmCommand.LATER;
            case UNUSABLE -> HsmCommand.SETTINGS;
        };
    }
}
