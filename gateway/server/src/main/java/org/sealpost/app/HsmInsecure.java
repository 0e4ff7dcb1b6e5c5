package org.sealpost.app;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenDoctor.Finding;
import org.sealpost.hsm.TokenDoctor.Meaning;
import org.sealpost.hsm.TokenDoctor.Step;

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

    /// What a doctor finds: there is no library, no slot and no PIN to look at.
    ///
    /// @param names of the keys that are meant; none: all
    static List<Finding> examined(Token token, List<String> names) {
        var findings = new ArrayList<Finding>();
        findings.add(good(Step.TOKEN, token.description()));
        var keys = token.keys().stream()
                .filter(key -> names.isEmpty() || names.contains(key.name()))
                .toList();
        for (var name : names)
            if (keys.stream().noneMatch(key -> key.name().equals(name)))
                findings.add(amiss(Step.KEYS, "it holds no key \"" + name + "\"", "Make it: hsm keygen."));
        if (names.isEmpty())
            findings.add(
                    keys.isEmpty()
                            ? amiss(Step.KEYS, "it holds no key", "Make one: hsm keygen, or token init.")
                            : good(Step.KEYS, keys.size() + (keys.size() == 1 ? " key" : " keys")));
        for (var key : keys) findings.add(tested(token, key));
        return findings;
    }

    private static Finding tested(Token token, ListedKey key) {
        if (key.kinds().isEmpty())
            return amiss(Step.SELF_TEST, key + " is of no kind that we know", "Destroy it: hsm destroy with its --id.");
        try {
            token.key(KeySpec.unpinned(key.name(), key.kinds().getFirst()));
            return good(Step.SELF_TEST, key + " signs, and the signature verifies");
        } catch (KeyRefused | IllegalArgumentException refused) {
            return amiss(Step.SELF_TEST, String.valueOf(refused.getMessage()), "Destroy it, and make it anew.");
        }
    }

    private static Finding good(Step step, String words) {
        return new Finding(step, Meaning.GOOD, words, "");
    }

    private static Finding amiss(Step step, String words, String remedy) {
        return new Finding(step, Meaning.AMISS, words, remedy);
    }
}
