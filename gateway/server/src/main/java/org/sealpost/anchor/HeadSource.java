package org.sealpost.anchor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// Where the relay takes heads from: what is sealed, durable, and has a checkpoint. Called on the relay's
/// thread.
public interface HeadSource {
    /// By what anchorages know the log, also before it sealed anything.
    OriginId originId();

    /// The newest head that may be published. Never smaller than one that was returned or published before.
    Optional<LodgeableHead> newest();

    /// A head between, for whoever can follow so many hand-overs at once only: the newest that needs at most so many
    /// beyond a smaller size, or one that needs as many. Empty if none such is kept.
    ///
    /// @param base the size that is held there; 0 if none is
    /// @param most how many hand-overs, from 1
    Optional<LodgeableHead> between(long base, int most) throws IOException;

    /// Whether one of the entries from `from` to before `to` is to be anchored at once. May take more than one call
    /// until it is seen.
    ///
    /// @param to at most the newest head's size
    boolean anyAtOnce(long from, long to);

    /// Whether this log sealed exactly this head, and the seal is still there: without it no evidence could
    /// rest on it.
    boolean isSealed(long size, Hash root) throws IOException;

    /// RFC 9162 proof that the log at `oldSize` is a beginning of the log at `newSize`.
    ///
    /// @param oldSize at least 1, at most `newSize`; `newSize` is at most the newest head's
    List<Hash> consistency(long oldSize, long newSize);
}
