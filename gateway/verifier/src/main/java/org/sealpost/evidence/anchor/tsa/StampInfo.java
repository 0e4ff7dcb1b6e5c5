package org.sealpost.evidence.anchor.tsa;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.evidence.Der;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.merkle.Hash;

/// What a time-stamping authority signs: TSTInfo (RFC 3161 §2.4.2). Whether the signature holds is for
/// [TimeStampToken] to say.
///
/// @param policy   under which it stamped, a dotted object identifier
/// @param imprint  SHA-256 of what was stamped
/// @param time     genTime, as the authority's clock had it
/// @param accuracy by how much the time may be wrong, if the authority says so: a day at most
/// @param nonce    the request's, if it had one
public record StampInfo(
        String policy, Hash imprint, Instant time, Optional<Duration> accuracy, Optional<BigInteger> nonce) {
    private static final Duration MOST_WRONG = Duration.ofDays(1);
    private static final Pattern TIME = Pattern.compile("([0-9]{14})(?:\\.([0-9]{1,9}))?Z");
    private static final DateTimeFormatter TO_SECONDS =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withResolverStyle(ResolverStyle.STRICT);

    static StampInfo parse(byte[] der) throws DerMalformed, StampRefused {
        var all = Der.of(der);
        var info = all.enter(Der.SEQUENCE);
        all.end();
        if (!info.integer().equals(BigInteger.ONE)) throw new StampRefused("TSTInfo is of another version than 1");
        var policy = info.identifier();
        var imprint = imprint(info.enter(Der.SEQUENCE));
        info.integer(); // serial number
        var time = time(info.content(Der.GENERALIZED_TIME));
        var accuracy = info.isNext(Der.SEQUENCE)
                ? Optional.of(accuracy(info.enter(Der.SEQUENCE)))
                : Optional.<Duration>empty();
        if (info.isNext(Der.BOOLEAN)) info.bool(); // ordering
        var nonce = info.isNext(Der.INTEGER) ? Optional.of(info.integer()) : Optional.<BigInteger>empty();
        if (info.isNext(Der.context(0))) info.element(); // a name for the signer, whom the certificate names
        if (info.isNext(Der.context(1))) refuseCriticalExtensions(info.enter(Der.context(1)));
        info.end();
        return new StampInfo(policy, imprint, time, accuracy, nonce);
    }

    /// By when the stamped bytes existed.
    Instant latest() {
        return time.plus(accuracy.orElse(Duration.ZERO));
    }

    private static Hash imprint(Der imprint) throws DerMalformed, StampRefused {
        var digest = Algorithms.named(imprint);
        var hash = imprint.content(Der.OCTET_STRING);
        imprint.end();
        if (!digest.equals(Algorithms.SHA_256) || hash.length != Hash.SIZE) {
            throw new StampRefused("it stamps another hash than SHA-256");
        }
        return Hash.of(hash);
    }

    private static Instant time(byte[] ascii) throws StampRefused {
        var match = TIME.matcher(new String(ascii, StandardCharsets.ISO_8859_1));
        if (!match.matches()) throw new StampRefused("its time is not a GeneralizedTime in UTC");
        try {
            var fraction = match.group(2);
            long nanos = fraction == null ? 0 : Long.parseLong((fraction + "00000000").substring(0, 9));
            return LocalDateTime.parse(match.group(1), TO_SECONDS)
                    .toInstant(ZoneOffset.UTC)
                    .plusNanos(nanos);
        } catch (DateTimeException e) {
            throw new StampRefused("its time is no time");
        }
    }

    private static Duration accuracy(Der accuracy) throws DerMalformed, StampRefused {
        var seconds = accuracy.isNext(Der.INTEGER) ? accuracy.integer() : BigInteger.ZERO;
        var millis = part(accuracy, 0);
        var micros = part(accuracy, 1);
        accuracy.end();
        if (seconds.signum() < 0 || seconds.bitLength() > 31) throw new StampRefused("its accuracy is no duration");
        var most = Duration.ofSeconds(seconds.longValue()).plusMillis(millis).plusNanos(micros * 1000L);
        if (most.compareTo(MOST_WRONG) > 0) throw new StampRefused("its time may be wrong by more than a day");
        return most;
    }

    private static int part(Der accuracy, int number) throws DerMalformed, StampRefused {
        int tag = Der.primitiveContext(number);
        if (!accuracy.isNext(tag)) return 0;
        var value = accuracy.number(tag);
        if (value.signum() <= 0 || value.compareTo(BigInteger.valueOf(999)) > 0) {
            throw new StampRefused("its accuracy is no duration");
        }
        return value.intValue();
    }

    /// What must be understood and is not, may say anything (RFC 3161 §2.4.2).
    private static void refuseCriticalExtensions(Der extensions) throws DerMalformed, StampRefused {
        while (!extensions.atEnd()) {
            var extension = extensions.enter(Der.SEQUENCE);
            var identifier = extension.identifier();
            boolean isCritical = extension.isNext(Der.BOOLEAN) && extension.bool();
            extension.content(Der.OCTET_STRING);
            extension.end();
            if (isCritical) throw new StampRefused("it has an extension " + identifier + " that must be understood");
        }
    }
}
