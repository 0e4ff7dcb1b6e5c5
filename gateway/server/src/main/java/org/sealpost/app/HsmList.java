package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.ListedToken;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Shows a module, the profile in force, and its tokens: label, serial, model, how their PINs are,"
                + " and which mechanisms they have. Uses no PIN.")
final class HsmList implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var module = target.look();
            var lines = new ArrayList<String>();
            lines.add("library by \"" + module.manufacturer() + "\", profile in force: " + module.profile());
            var json = HsmOutput.object().put("manufacturer", module.manufacturer());
            json.put("profile", module.profile());
            var numbers = json.putArray("numbers");
            for (var kind : module.numbers())
                numbers.add(HsmOutput.object()
                        .put("kind", kind.kind())
                        .put("generation", hex(kind.generation()))
                        .put("signature", hex(kind.signature())));
            var all = json.putArray("tokens");
            for (var held : module.tokens()) {
                all.add(json(held));
                lines.add(words(held.token()));
                lines.add("  mechanisms   "
                        + held.mechanisms().stream().map(HsmList::hex).collect(Collectors.joining(" ")));
                for (var kind : module.numbers()) lines.add(words(kind, held.mechanisms()));
            }
            if (all.isEmpty()) lines.add("No slot holds a token: plug it in, and look again.");
            return new HsmOutput.Answer(json, lines, all.isEmpty() ? HsmCommand.LATER : HsmCommand.DONE);
        });
    }

    private static ObjectNode json(ListedModule.Held held) {
        var token = held.token();
        var json = HsmOutput.object()
                .put("slot", token.slot())
                .put("label", token.label())
                .put("serial", token.serial())
                .put("manufacturer", token.manufacturer())
                .put("model", token.model())
                .put("initialised", token.initialised())
                .put("needs-login", token.needsLogin())
                .put("pin", token.pin().name());
        var mechanisms = json.putArray("mechanisms");
        held.mechanisms().forEach(number -> mechanisms.add(hex(number)));
        return json;
    }

    private static String words(ListedToken token) {
        var model = token.manufacturer() + " " + token.model();
        if (!token.initialised()) return "an empty token in slot " + token.slot() + ", " + model;
        var pin = token.pin().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "\"" + token.label() + "\", serial " + token.serial() + ", " + model + ", PIN " + pin;
    }

    /// Whether the token has what the profile says of a kind of keys.
    private static String words(ListedModule.Numbers kind, List<Long> mechanisms) {
        var makes = mechanisms.contains(kind.generation());
        var signs = mechanisms.contains(kind.signature());
        return String.format(
                Locale.ROOT,
                "  %-12s makes keys by %s%s, signs by %s%s",
                kind.kind(),
                hex(kind.generation()),
                makes ? "" : " (NOT THERE)",
                hex(kind.signature()),
                signs ? "" : " (NOT THERE)");
    }

    private static String hex(long number) {
        return "0x" + Long.toHexString(number).toUpperCase(Locale.ROOT);
    }
}
