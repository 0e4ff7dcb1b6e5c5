package org.sealpost.anchor;

import java.time.Instant;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// A head that an anchorage holds beyond being taken back.
///
/// @param since when the relay saw it so, by the box's clock
public record FinalHead(long size, Hash root, Place place, Instant since) {}
