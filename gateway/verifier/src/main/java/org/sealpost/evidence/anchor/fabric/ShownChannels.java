package org.sealpost.evidence.anchor.fabric;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.sealpost.evidence.SharedParts;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.merkle.Hash;

/// What the proofs in one evidence file have shown of channels. A config block is read once, and that the
/// orderers of one signed the next is found out once, however many proofs name both: else a small file that
/// anybody can make, without a key that somebody trusts, would keep its reader busy for minutes. One thread at a
/// time.
public final class ShownChannels {
    private final SignatureBudget budget;
    private final Map<Name, ConfigBlock> configs = new HashMap<>();
    private final Set<Step> steps = new HashSet<>();
    private final Map<ConfigBlock, Organisations> organisations = new HashMap<>();

    private record Name(String channel, Hash part) {}

    /// Each config block is there once, so that it equals itself only.
    private record Step(ConfigBlock before, ConfigBlock after) {}

    /// @param budget of the file
    public ShownChannels(SignatureBudget budget) {
        this.budget = budget;
    }

    SignatureBudget budget() {
        return budget;
    }

    ConfigBlock config(Hash part, SharedParts shared, String channel) throws DoesNotHold {
        var name = new Name(channel, part);
        var known = configs.get(name);
        if (known != null) return known;
        var bytes = shared.named(part).orElseThrow(() -> new DoesNotHold("a config block is missing"));
        var config = ConfigBlock.read(bytes, channel);
        configs.put(name, config);
        return config;
    }

    /// That a quorum of the orderers before have signed it.
    void checkStep(ConfigBlock before, ConfigBlock after) throws DoesNotHold {
        var step = new Step(before, after);
        if (steps.contains(step)) return;
        after.checkSignedBy(before.consenters(), budget);
        steps.add(step);
    }

    Organisations organisations(ConfigBlock config) throws DoesNotHold {
        var known = organisations.get(config);
        if (known != null) return known;
        var read = config.organisations(budget);
        organisations.put(config, read);
        return read;
    }
}
