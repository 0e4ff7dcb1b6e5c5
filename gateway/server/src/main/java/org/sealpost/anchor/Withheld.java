package org.sealpost.anchor;

/// Why nothing may be signed with the sealing key for publications now.
///
/// @param urgent whether somebody should look at once; false where it is to pass by itself
public record Withheld(String cause, String remedy, boolean urgent) {}
