package org.sealpost.lodging;

import org.sealpost.merkle.Hash;

/// Where in an anchorage something stands: a block by number and by hash, so that a reorganisation shows.
public record Place(long height, Hash block) {}
