package org.sealpost.anchor.tsa;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.ForeignWords;
import org.sealpost.evidence.Der;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.evidence.Printable;

/// What an authority answers: TimeStampResp (RFC 3161 §2.4.2).
sealed interface StampAnswer {
    /// With a token, of which nothing was looked at.
    record Granted(byte[] token) implements StampAnswer {}

    /// Without one.
    ///
    /// @param words   fit to print; as many as are enough for people
    /// @param forGood whether the same request will be rejected ever after
    record Rejected(String words, boolean forGood) implements StampAnswer {
        public Rejected {
            words = ForeignWords.shortened(words);
        }
    }

    int GRANTED_WITH_MODS = 1;
    BigInteger UNKNOWN = BigInteger.valueOf(99);
    List<String> STATES = List.of(
            "granted", "granted with modifications", "rejection", "waiting", "revocation warning", "revocation notice");

    /// PKIFailureInfo by its bits.
    enum Failure {
        BAD_ALGORITHM(0, "badAlg", true),
        BAD_REQUEST(2, "badRequest", false),
        BAD_DATA_FORMAT(5, "badDataFormat", false),
        TIME_NOT_AVAILABLE(14, "timeNotAvailable", false),
        UNACCEPTED_POLICY(15, "unacceptedPolicy", true),
        UNACCEPTED_EXTENSION(16, "unacceptedExtension", true),
        ADDITIONAL_INFORMATION(17, "addInfoNotAvailable", false),
        SYSTEM_FAILURE(25, "systemFailure", false);

        private final int bit;
        private final String word;
        private final boolean forGood;

        Failure(int bit, String word, boolean forGood) {
            this.bit = bit;
            this.word = word;
            this.forGood = forGood;
        }
    }

    static StampAnswer parse(byte[] der) throws DerMalformed {
        var all = Der.of(der);
        var answer = all.enter(Der.SEQUENCE);
        all.end();
        var info = answer.enter(Der.SEQUENCE);
        var token = answer.atEnd() ? Optional.<byte[]>empty() : Optional.of(answer.element());
        answer.end();
        int status = info.integer().min(UNKNOWN).max(BigInteger.ONE.negate()).intValue();
        if (token.isPresent() && (status == 0 || status == GRANTED_WITH_MODS)) return new Granted(token.get());

        var words = new StringBuilder(status >= 0 && status < STATES.size() ? STATES.get(status) : "status " + status);
        if (info.isNext(Der.SEQUENCE)) {
            var texts = info.enter(Der.SEQUENCE);
            while (!texts.atEnd()) words.append(' ').append(text(texts.content(Der.UTF8_STRING)));
        }
        var failures = info.isNext(Der.BIT_STRING) ? failures(info.content(Der.BIT_STRING)) : List.<Failure>of();
        info.end();
        for (var failure : failures) words.append(' ').append(failure.word);
        if (token.isEmpty() && status <= GRANTED_WITH_MODS) words.append(" without a token");
        return new Rejected(words.toString(), failures.stream().anyMatch(failure -> failure.forGood));
    }

    private static List<Failure> failures(byte[] bits) {
        var failures = new ArrayList<Failure>();
        for (var failure : Failure.values()) {
            int at = 1 + failure.bit / 8; // behind the number of bits that are not used
            if (at < bits.length && (bits[at] & 0x80 >>> failure.bit % 8) != 0) failures.add(failure);
        }
        return failures;
    }

    private static String text(byte[] utf8) {
        var text = new String(utf8, 0, Math.min(utf8.length, 100), StandardCharsets.UTF_8);
        return Printable.quote(text);
    }
}
