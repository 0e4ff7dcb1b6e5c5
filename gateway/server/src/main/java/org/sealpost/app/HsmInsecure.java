package org.sealpost.app;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.Token;

/// What the verbs of [HsmCommand] say of keys that lie in files (`token.driver = "insecure-software"`): on the standard
/// error, so that it is seen with `--json`, too.
final class HsmInsecure {
    private HsmInsecure() {}

    /// The same token; says so if it is none.
    static Token warned(Token token) {
        var health = token.health();
        if (health.isInsecure())
            System.err.println("WARNING: " + token.description() + " " + health.cause() + ". " + health.remedy());
        return token;
    }

    /// As [HsmDoctor] answers: there is no library, no slot and no PIN to look at.
    ///
    /// @param names of the keys that are meant; none: all
    static HsmOutput.Answer examined(Token token, List<String> names) {
        var json = HsmOutput.object();
        var all = json.putArray("findings");
        var lines = new ArrayList<String>();
        boolean good = true;
        for (var finding : findings(token, names)) {
            good &= finding.good();
            all.add(HsmOutput.object()
                    .put("step", finding.step())
                    .put("good", finding.good())
                    .put("meaning", finding.good() ? "good" : "amiss")
                    .put("words", finding.words())
                    .put("remedy", finding.remedy()));
            lines.add((finding.good() ? "good  " : "BAD   ") + finding.step() + ": " + finding.words());
            if (!finding.good()) lines.add("      what to do: " + finding.remedy());
        }
        // Whatever is good of it, it is no token that can be used.
        lines.add("It is INSECURE: " + token.health().cause() + ". "
                + token.health().remedy());
        json.put("good", good).put("insecure", token.health().cause());
        return new HsmOutput.Answer(json, lines, good ? HsmCommand.DONE : HsmCommand.REFUSED);
    }

    private record Finding(String step, boolean good, String words, String remedy) {}

    private static List<Finding> findings(Token token, List<String> names) {
        var findings = new ArrayList<Finding>();
        findings.add(new Finding("token", true, token.description(), ""));
        var keys = token.keys().stream()
                .filter(key -> names.isEmpty() || names.contains(key.name()))
                .toList();
        for (var name : names)
            if (keys.stream().noneMatch(key -> key.name().equals(name)))
                findings.add(new Finding("keys", false, "it holds no key \"" + name + "\"", "Make it: hsm keygen."));
        if (names.isEmpty())
            findings.add(
                    keys.isEmpty()
                            ? new Finding("keys", false, "it holds no key", "Make one: hsm keygen, or token init.")
                            : new Finding("keys", true, keys.size() + (keys.size() == 1 ? " key" : " keys"), ""));
        for (var key : keys) findings.add(tested(token, key));
        return findings;
    }

    private static Finding tested(Token token, ListedKey key) {
        if (key.kinds().isEmpty())
            return new Finding(
                    "self-test", false, key + " is of no kind that we know", "Destroy it: hsm destroy with its --id.");
        try {
            token.key(KeySpec.unpinned(key.name(), key.kinds().getFirst()));
            return new Finding("self-test", true, key + " signs, and the signature verifies", "");
        } catch (KeyRefused | IllegalArgumentException refused) {
            return new Finding(
                    "self-test", false, String.valueOf(refused.getMessage()), "Destroy it, and make it anew.");
        }
    }
}
