package org.sealpost.archive.range;

/// A range file, or a folder, that import does not take; nothing was changed by it. The message is a sentence
/// for whoever gave it.
public final class RangeRefused extends Exception {
    private static final long serialVersionUID = 1;

    RangeRefused(String sentence) {
        super(sentence);
    }
}
