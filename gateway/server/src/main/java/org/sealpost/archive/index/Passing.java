package org.sealpost.archive.index;

import java.util.HashMap;
import java.util.Map;

/// Which parts one question need not look into: those of other times, and those to which their guide does not lead.
final class Passing {
    private static final long ALL = -1;

    private final Criteria criteria;
    private final Guides guides;
    private final Map<Guide, Long> known = new HashMap<>();

    Passing(Criteria criteria, Guides guides) {
        this.criteria = criteria;
        this.guides = guides;
    }

    boolean passes(IndexPart part) throws PartBad {
        if (part.hasUnknown()) return false;
        if (criteria.time().isPresent() && !criteria.time().get().meets(part.times())) return true;
        var guide = guides.of(part);
        if (guide.isEmpty()) return false;
        long columns = known.computeIfAbsent(guide.get(), this::columns);
        return (columns >>> guide.get().column(part).orElseThrow() & 1) == 0;
    }

    /// All of them where it cannot be told.
    private long columns(Guide guide) {
        try {
            return criteria.columns(guide);
        } catch (PartBad e) {
            guides.isBad(guide, e);
            return ALL;
        }
    }
}
