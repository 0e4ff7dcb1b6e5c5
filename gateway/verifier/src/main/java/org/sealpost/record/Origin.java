package org.sealpost.record;

import java.util.regex.Pattern;

/// The name of a log (docs/formats.md §1): the owner's words and a random suffix, so that it never repeats.
///
/// @param name 3 to 128 characters `a`–`z`, `0`–`9`, `.`, `-`, `/`
public record Origin(String name) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9](?:[a-z0-9.-]|/(?!/))*[a-z0-9]");

    public Origin {
        if (name.length() < 3 || name.length() > 128 || !FORM.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "an origin is 3 to 128 characters a-z, 0-9, '.', '-', '/', beginning and ending with a letter or"
                            + " digit, without '//'");
        }
    }

    static Origin read(CborReader in) throws CborMalformed {
        int at = in.position();
        try {
            return new Origin(in.text(128));
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(at, e.getMessage());
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
