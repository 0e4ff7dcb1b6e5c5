package org.sealpost.ota.tuf;

import java.util.LinkedHashSet;
import java.util.List;

/// Whose signatures a role needs: so many different ones of these keys, each named by its id.
public record RoleKeys(List<String> keyIds, int threshold) {
    public RoleKeys {
        keyIds = List.copyOf(keyIds);
        if (new LinkedHashSet<>(keyIds).size() < keyIds.size()) throw new IllegalArgumentException("a key id twice");
        if (threshold < 1) throw new IllegalArgumentException("threshold " + threshold);
    }
}
