package org.sealpost.app;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Shows the tokens of a module: label, serial, model, and how their PINs are. Uses no PIN.")
final class HsmList implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var lines = new ArrayList<String>();
            var json = HsmOutput.object();
            var all = json.putArray("tokens");
            for (var token : target.list()) {
                all.add(HsmOutput.object()
                        .put("slot", token.slot())
                        .put("label", token.label())
                        .put("serial", token.serial())
                        .put("manufacturer", token.manufacturer())
                        .put("model", token.model())
                        .put("initialised", token.initialised())
                        .put("needs-login", token.needsLogin())
                        .put("pin", token.pin().name()));
                lines.add(
                        token.initialised()
                                ? "\"" + token.label() + "\", serial " + token.serial() + ", " + token.manufacturer()
                                        + " " + token.model() + ", PIN "
                                        + token.pin()
                                                .name()
                                                .toLowerCase(java.util.Locale.ROOT)
                                                .replace('_', ' ')
                                : "an empty token in slot " + token.slot() + ", " + token.manufacturer() + " "
                                        + token.model());
            }
            if (lines.isEmpty()) lines.add("No slot holds a token: plug it in, and look again.");
            return new HsmOutput.Answer(json, lines, all.isEmpty() ? HsmCommand.LATER : HsmCommand.DONE);
        });
    }
}
