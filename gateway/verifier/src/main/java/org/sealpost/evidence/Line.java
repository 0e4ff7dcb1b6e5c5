package org.sealpost.evidence;

/// One statement of a verdict, fit to print.
///
/// @param subject a word or two: what it is about
public record Line(Standing standing, String subject, String text) {}
