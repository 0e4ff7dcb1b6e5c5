package org.sealpost.anchor;

/// What can be expected of an anchorage.
///
/// @param finality when a head counts as final, in words for people
/// @param convincesOthers false if it stands only where this box stands, so that it proves nothing to anybody else
public record Capabilities(String finality, boolean convincesOthers) {}
