package org.sealpost.app;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = "Lists the keys of a token, whoever made them, with their certificates. Tests none.")
final class HsmKeys implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            try (var token = target.open()) {
                var json = HsmOutput.object().put("token", token.description());
                var all = json.putArray("keys");
                var lines = new ArrayList<String>();
                lines.add(token.description());
                for (var key : token.keys()) {
                    all.add(HsmWords.json(key));
                    lines.addAll(HsmWords.lines(key));
                }
                if (all.isEmpty()) lines.add("It holds no key: hsm keygen makes one.");
                return new HsmOutput.Answer(json, lines, HsmCommand.DONE);
            }
        });
    }
}
