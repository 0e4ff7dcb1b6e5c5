package org.sealpost.admin;

import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.evidence.AnchorIdentity;

/// How lodging stands on one anchorage, as facts; how they are worded is for the page to say.
///
/// @param identity        empty until it was reached for the first time
/// @param convincesOthers false if it stands only where this box stands
/// @param required        whether entries must be final there before they may be given up or erased by policy
/// @param trustLine       by which a reader's trust file names it, where that is known and was asked for
/// @param newest          the newest final heads, newest first, at most [#MAX_HEADS]
/// @param waiting         entries beyond the newest final head
/// @param publishing      how publishing there stands, where anything is
/// @param warning         what the configuration says of it and had better not, in a sentence without its end
public record LedgerState(
        String name,
        Optional<AnchorIdentity> identity,
        boolean convincesOthers,
        boolean required,
        Optional<String> trustLine,
        List<LodgedHead> newest,
        long waiting,
        Optional<Anchored.Trouble> trouble,
        Optional<PublishingState> publishing,
        Optional<String> warning) {
    public static final int MAX_HEADS = LodgedHead.TELLING;

    public LedgerState {
        newest = List.copyOf(newest);
    }
}
