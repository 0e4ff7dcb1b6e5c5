package org.sealpost.anchor;

import org.sealpost.lodging.Publication;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.HeaderLeaf;

/// That the records of a profile are published to a ledger.
///
/// @param kind what of them; not [Publication.Kind#GIVEN_UP]
/// @param from index of the first entry that may be; what was captured before it was ordered is not published
record PublishedProfile(String profile, Publication.Kind kind, long from) {
    PublishedProfile {
        if (!HeaderLeaf.isProfile(profile)) throw new IllegalArgumentException("not the name of a profile: " + profile);
        if (kind == Publication.Kind.GIVEN_UP) throw new IllegalArgumentException("nothing to publish of " + profile);
    }

    void write(CborWriter out) {
        out.array(3).text(profile).integer(kind.code()).integer(from);
    }

    static PublishedProfile read(CborReader in) throws CborMalformed {
        int at = in.arrayOf(3).position();
        var profile = in.text(64);
        if (!HeaderLeaf.isProfile(profile)) throw new CborMalformed(at, "not the name of a profile");
        var kind = Publication.Kind.ofCode(in.unsigned("kind", 1, 3)).orElseThrow();
        return new PublishedProfile(profile, kind, in.unsigned());
    }
}
