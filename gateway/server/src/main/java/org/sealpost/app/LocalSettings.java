package org.sealpost.app;

import java.util.List;
import org.sealpost.anchor.HeadPolicy;

/// An `[anchorage.NAME]` table of kind `local`: the box's own ledger.
record LocalSettings(String name, HeadPolicy policy) implements AnchorageSettings {
    static final String KIND = "local";
    static final List<String> KEYS = List.of();

    static LocalSettings read(ConfigTable table, String name, String full) {
        return new LocalSettings(name, AnchorageSettings.policy(table, full));
    }

    /// As earlier releases had it.
    static LocalSettings ofLedger(ConfigTable table) {
        var settings = read(table, "local", "ledger.local");
        table.done();
        return settings;
    }

    /// The relay's and the ledger's.
    @Override
    public int journals() {
        return 2;
    }
}
