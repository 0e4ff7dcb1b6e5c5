package org.sealpost.anchor;

/// Who answers for an anchorage, and how far what cannot be taken back has come there, by its last answer.
///
/// @param asked     in words, such as a node's address
/// @param lastFinal height of the highest block that is final; below 0 for none
public record AnchorageStanding(String asked, long lastFinal) {}
