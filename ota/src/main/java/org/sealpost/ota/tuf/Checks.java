package org.sealpost.ota.tuf;

import java.time.Instant;

/// The rules that every file must pass, each with the sentence that an operator reads when it does not.
final class Checks {
    private Checks() {}

    static <M extends Metadata> Signed<M> form(Class<M> kind, String file, byte[] bytes) throws Refusal {
        try {
            return Signed.parse(kind, bytes);
        } catch (Malformed malformed) {
            throw new Refusal(
                    file,
                    Rule.FORM,
                    malformed.getMessage(),
                    "publish again, or see who answers in the repository's place");
        }
    }

    static void signature(Root root, String file, Signed<?> signed) throws Refusal {
        var role = signed.metadata().role();
        int found = root.signers(role, signed);
        int needed = root.keysOf(role).threshold();
        if (found < needed) {
            throw new Refusal(
                    file,
                    Rule.SIGNATURE,
                    "signed by " + found + " of the " + needed + " keys that root.json version " + root.version()
                            + " asks for",
                    "sign and publish again with the right keys");
        }
    }

    static void expiry(String file, Metadata metadata, Instant now) throws Refusal {
        if (!metadata.expires().isAfter(now)) {
            throw new Refusal(
                    file,
                    Rule.EXPIRY,
                    "version " + metadata.version() + " expired on " + metadata.expires() + ", and it is " + now,
                    "publish again, or correct the box's clock");
        }
    }

    /// Length and hashes as other metadata states them.
    static void described(String file, FileVersion expected, String by, byte[] bytes) throws Refusal {
        if (!expected.describes(bytes)) {
            throw new Refusal(
                    file,
                    Rule.HASH,
                    "not the file that " + by + " describes (length or hash differ)",
                    "publish metadata of one moment again");
        }
    }

    static void announced(String file, long expected, String by, long found) throws Refusal {
        if (found != expected) {
            throw new Refusal(
                    file,
                    Rule.VERSION,
                    "is version " + found + ", where " + by + " names version " + expected,
                    "publish metadata of one moment again");
        }
    }

    static void noRollback(String file, String of, long known, long found) throws Refusal {
        if (found < known) {
            throw new Refusal(
                    file,
                    Rule.VERSION,
                    of + " version " + found + " is older than version " + known + ", which this box has seen",
                    "publish a higher version, or look for an old copy in the repository's place");
        }
    }
}
