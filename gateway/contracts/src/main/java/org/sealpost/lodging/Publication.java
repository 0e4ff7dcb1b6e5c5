package org.sealpost.lodging;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// What an origin publishes under one of its numbers (docs/formats.md §26): commitments or payloads of a run of
/// consecutive entries of its log, or that the number is given up.
///
/// The text does not name the key: a rotation of the sealing key changes no digest.
///
/// @param firstKey SPKI of the origin's first sealing key, P-256; gives the origin's id, and is not in the text
/// @param number   1 to 2^63−1; numbers of an origin are used once, in any order
/// @param first    index of the run's first entry in the log, 0 to 2^63−1; 0 if the number is given up
/// @param count    of the run's entries, 1 to 256; 0 if the number is given up
/// @param content  of [Kind#COMMITMENTS] 32 bytes for each entry; of payloads any, not empty; empty if the
/// number is given up. How much a ledger takes is the ledger's to say
public record Publication(
        Origin origin, byte[] firstKey, long number, Kind kind, long first, int count, byte[] content) {
    public static final int MAX_COUNT = 256;

    /// What the content is.
    public enum Kind {
        /// Nothing: the number will never have content.
        GIVEN_UP,
        /// The commitment of each entry, salted as it stands in the entry's leaf.
        COMMITMENTS,
        /// Payloads that everybody may read.
        PAYLOADS,
        /// Payloads that the recipients named in it may read.
        ENCRYPTED_PAYLOADS;

        /// In texts and on ledgers, 0 to 3.
        public int code() {
            return ordinal();
        }

        /// Empty for a number that is none of theirs.
        public static Optional<Kind> ofCode(long code) {
            return code < 0 || code >= values().length ? Optional.empty() : Optional.of(values()[(int) code]);
        }
    }

    /// @throws IllegalArgumentException with the sentence of a [Refusal] if every ledger would refuse its shape
    public Publication {
        firstKey = FirstKey.required(firstKey);
        PublicationRules.flaw(number, kind, first, count, content.length).ifPresent(flaw -> {
            throw new IllegalArgumentException(flaw.sentence);
        });
        content = content.clone();
    }

    /// That nothing will be published under this number.
    public static Publication givenUp(Origin origin, byte[] firstKey, long number) {
        return new Publication(origin, firstKey, number, Kind.GIVEN_UP, 0, 0, new byte[0]);
    }

    public OriginId originId() {
        return OriginId.of(firstKey, origin);
    }

    /// SHA-256 of the content.
    public Hash contentHash() {
        return sha256(content);
    }

    /// What the sealing key in force signs. It has blanks where no origin has any, so it is no checkpoint's
    /// text.
    public byte[] text() {
        var text = "sealpost publication 1\n" + origin + "\n" + number + "\n" + kind.code() + "\n" + first + "\n"
                + count + "\n"
                + Base64.getEncoder().encodeToString(contentHash().toBytes()) + "\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// SHA-256 of the text: what is signed, and what a ledger keeps of the publication.
    public Hash digest() {
        return sha256(text());
    }

    /// @param signature r ‖ s of the sealing key in force over the text, low s, 64 bytes
    public SignedPublication signed(byte[] signature) {
        return new SignedPublication(this, signature);
    }

    @Override
    public byte[] firstKey() {
        return firstKey.clone();
    }

    @Override
    public byte[] content() {
        return content.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Publication that
                && digest().equals(that.digest())
                && Arrays.equals(firstKey, that.firstKey);
    }

    @Override
    public int hashCode() {
        return digest().hashCode();
    }

    @Override
    public String toString() {
        return "publication " + number + " of " + origin;
    }

    private static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
