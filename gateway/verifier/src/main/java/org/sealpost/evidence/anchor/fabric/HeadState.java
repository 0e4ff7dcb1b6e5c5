package org.sealpost.evidence.anchor.fabric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// What the chaincode holds of a head (docs/formats.md §23).
///
/// @param originId see [org.sealpost.evidence.AnchorClaim#originId]
record HeadState(Hash originId, long size, Hash root) {
    /// Where it stands among the keys of the chaincode.
    String key() {
        return String.format(Locale.ROOT, "h~%s~%019d", originId.hex(), size);
    }

    boolean hasValue(byte[] value) {
        var expected = new CborWriter().array(5).text("sealpost-lodged").integer(1);
        expected.bytes(originId.toBytes()).integer(size).bytes(root.toBytes());
        return Arrays.equals(value, expected.toBytes());
    }

    /// What the chaincode is called with by who asks for it.
    List<String> question() {
        return List.of("rootAt", originId.hex(), Long.toString(size));
    }
}
