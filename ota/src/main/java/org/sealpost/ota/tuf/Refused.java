package org.sealpost.ota.tuf;

/// A file that is not to be trusted: which, by which rule, and a sentence that says so and what to do.
public record Refused(String file, Rule rule, String sentence) implements Refresh, Download {}
