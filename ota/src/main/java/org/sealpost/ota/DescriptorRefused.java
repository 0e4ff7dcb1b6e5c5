package org.sealpost.ota;

/// A release descriptor that breaks a rule of its format; the message is one sentence that says which, and what to do.
public final class DescriptorRefused extends Exception {
    private static final long serialVersionUID = 1L;

    DescriptorRefused(String sentence) {
        super(sentence);
    }
}
