package org.sealpost.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Puts keys through the self-test that the gateway puts them through: unique, sensitive, not"
                + " extractable, and a signature that somebody else verifies.")
final class HsmTest implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "KEY", arity = "0..*", description = "the keys' labels; without any: all")
    private List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            try (var token = target.open()) {
                var json = HsmOutput.object().put("token", token.description());
                var all = json.putArray("keys");
                var lines = new ArrayList<String>();
                lines.add(token.description());
                boolean good = true;
                var keys = names.isEmpty()
                        ? token.keys()
                        : names.stream()
                                .map(name -> HsmTarget.listed(token, name))
                                .toList();
                if (keys.isEmpty())
                    throw new HsmRefusal("the token holds no key: hsm keygen makes one", HsmCommand.REFUSED);
                for (var key : keys) {
                    String words;
                    boolean passed = false;
                    if (key.kinds().isEmpty() || !key.hasPrivate()) {
                        words = key.hasPrivate() ? "is of no kind that we know" : "has no private key";
                    } else {
                        try {
                            token.key(KeySpec.unpinned(key.name(), key.kinds().getFirst()));
                            words = "signs, and the signature verifies";
                            passed = true;
                        } catch (KeyRefused | IllegalArgumentException refused) {
                            words = String.valueOf(refused.getMessage());
                        }
                    }
                    good &= passed;
                    all.add(HsmOutput.object()
                            .put("name", key.name())
                            .put("good", passed)
                            .put("words", words));
                    lines.add((passed ? "good  " : "BAD   ") + key + ": " + words);
                }
                return new HsmOutput.Answer(json.put("good", good), lines, good ? HsmCommand.DONE : HsmCommand.REFUSED);
            }
        });
    }
}
