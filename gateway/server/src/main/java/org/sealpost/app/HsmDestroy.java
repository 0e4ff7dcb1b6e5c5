package org.sealpost.app;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.Token;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "destroy",
        mixinStandardHelpOptions = true,
        description = "Removes a key and its certificates for good, once the first 16 digits of its fingerprint have"
                + " been typed. What it signed stays provable.")
final class HsmDestroy implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "KEY", description = "the key's label")
    private String name = "";

    @Option(
            names = "--id",
            description = "the key's CKA_ID in hex, as hsm keys shows it: for one of several keys of a label, or one"
                    + " whose public key cannot be told. Confirmed by typing that id again")
    private Optional<String> id = Optional.empty();

    @Option(
            names = "--confirm",
            description = "the first 16 digits, or all, of the key's fingerprint, as hsm keys shows it, instead of"
                    + " being asked for them; with --id the id")
    private Optional<String> confirmed = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var gateway = target.gateway();
            if (gateway.isPresent()
                    && gateway.get()
                            .keys(StoppedLog.sealKeyInForce(gateway.get()))
                            .contains(name))
                throw new HsmRefusal(
                        "the gateway of this configuration signs with key \"" + name + "\", so it is not destroyed;"
                                + " have the gateway use another one first",
                        HsmCommand.REFUSED);
            try (var token = target.openToAct()) {
                return id.isPresent() ? byId(token, id.get().strip().toLowerCase(Locale.ROOT)) : byName(token);
            }
        });
    }

    private HsmOutput.Answer byName(Token token) throws IOException {
        var key = HsmTarget.listed(token, name);
        var spki = key.spki()
                .orElseThrow(() -> new HsmRefusal(
                        "the public key of \"" + name + "\" cannot be told; to destroy it by its id: --id "
                                + HexFormat.of().formatHex(key.id()),
                        HsmCommand.REFUSED));
        var fingerprint = HsmWords.fingerprint(spki);
        var typed = typed(key, token, "the first " + HsmConfirmation.DIGITS + " digits of its fingerprint");
        if (!HsmConfirmation.confirms(typed, fingerprint)) throw notConfirmed("fingerprint");
        return done(token.destroy(name, spki), "fingerprint", fingerprint);
    }

    private HsmOutput.Answer byId(Token token, String hex) throws IOException {
        var key = token.keys().stream()
                .filter(one -> one.name().equals(name)
                        && HexFormat.of().formatHex(one.id()).equals(hex))
                .findFirst()
                .orElseThrow(() -> new HsmRefusal(
                        "the token holds no key \"" + name + "\" with the id " + hex + ": hsm keys lists them",
                        HsmCommand.REFUSED));
        if (!typed(key, token, "its whole id").strip().toLowerCase(Locale.ROOT).equals(hex)) throw notConfirmed("id");
        return done(token.destroyById(name, key.id()), "id", hex);
    }

    private HsmRefusal notConfirmed(String what) {
        return new HsmRefusal(
                "that is not the " + what + " of key \"" + name + "\": nothing was destroyed", HsmCommand.REFUSED);
    }

    private HsmOutput.Answer done(Optional<String> left, String field, String value) {
        var json = HsmOutput.object().put("destroyed", name).put(field, value);
        if (left.isEmpty())
            return HsmOutput.Answer.done(json, "key \"" + name + "\" is destroyed, with its certificates");
        return new HsmOutput.Answer(
                json.put("left", left.get()),
                List.of(
                        "the private key \"" + name + "\" is destroyed; its certificates or its public key are still"
                                + " there: " + left.get(),
                        "the same command removes them, if the token allows it"),
                HsmCommand.REFUSED);
    }

    private String typed(ListedKey key, Token token, String what) throws IOException {
        return HsmConfirmation.typed(
                confirmed,
                out,
                key + " in " + token.description() + " will be destroyed for good.",
                "To go on, type " + what + " (hsm keys shows it):");
    }
}
