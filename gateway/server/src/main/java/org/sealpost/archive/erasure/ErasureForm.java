package org.sealpost.archive.erasure;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What is erased of a record, in the order of docs/formats.md §18.
public enum ErasureForm {
    /// The body. Salts and digests of its slots stay, so that who holds a copy can prove it.
    BODY,
    /// The body and all that was kept of it: only that something of its profile was there can be proved.
    BODY_AND_SALTS;

    int number() {
        return ordinal() + 1;
    }

    /// As clients read and write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The form that a client means.
    public static Optional<ErasureForm> of(String word) {
        return Stream.of(values()).filter(form -> form.word().equals(word)).findFirst();
    }
}
