package org.sealpost.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureStanding;
import org.sealpost.archive.erasure.KeptSlot;
import org.sealpost.record.Slot;

/// Orders to erase, as programs read them.
final class ErasureJson {
    private ErasureJson() {}

    /// When, by whom, and which rule.
    static JsonObject of(Erasure order) {
        return new JsonObject()
                .put("order", order.position())
                .put("at", order.at().time().toString())
                .put("clock", order.at().state().name().toLowerCase(Locale.ROOT))
                .put("by", order.by())
                .put("rule", order.rule())
                .put("form", order.form().word());
    }

    /// The same, with how far it has come.
    static JsonObject summary(ErasureStanding standing) {
        var json = of(standing.order())
                .put("entryCount", standing.order().entryCount())
                .put("rangeCount", standing.order().ranges().size())
                .put("state", standing.removed() ? "removed" : "ordered");
        standing.copiedAs().ifPresent(index -> json.put("inTheLogAt", index));
        return json;
    }

    /// The same, with the entries that it is about.
    static JsonObject whole(ErasureStanding standing) {
        var ranges = new JsonArray();
        standing.order()
                .ranges()
                .forEach(range -> ranges.add(new JsonArray().add(range.first()).add(range.next())));
        return summary(standing).put("entries", ranges);
    }

    /// What lets the holder of a copy prove it.
    static JsonArray slots(List<KeptSlot> slots) {
        var json = new JsonArray();
        for (int place = 0; place < slots.size(); place++) {
            json.add(new JsonObject()
                    .put("label", Slot.LABELS.get(place))
                    .put("salt", HexFormat.of().formatHex(slots.get(place).salt()))
                    .put("digest", HexFormat.of().formatHex(slots.get(place).digest())));
        }
        return json;
    }
}
