package org.sealpost.anchor.tsa;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.BoundedHttp;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.ForeignWords;
import org.sealpost.anchor.OwnProofs;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.anchor.tsa.StampRefused;
import org.sealpost.evidence.anchor.tsa.TimeStampToken;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;

/// A time-stamping authority as an anchorage. What it answers is the anchor, once all of it was checked as a verifier
/// would check it; what is there is what this box kept of it.
///
/// Asking again is harmless: two tokens over one head are two good tokens, and the first that was made durable counts.
public final class TimestampAuthority implements Anchorage {
    private static final Capabilities CAPABILITIES = new Capabilities("as soon as its answer was checked", true, true);

    private static final int NONCE_SIZE = 8;

    /// By more than this no clock that something sets, and no authority's, is wrong without a fault.
    private static final Duration MOST_APART = Duration.ofHours(1);

    /// From an answer that was no anchor to the next question: authorities are others' servers, and free ones count.
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private static final String ASK_AUTHORITY =
            "look whether the authority's servers are reachable; they are asked again by themselves";

    private final TsaConfig config;
    private final OwnProofs own;
    private final Supplier<ClockReading> clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final BoundedHttp http;

    // Owned by the relay's thread.
    private Optional<Failure> last = Optional.empty();
    private Optional<Stamped> stamped = Optional.empty();

    private record Failure(SubmitOutcome.Unknown outcome, long nanos) {}

    private record Stamped(SignedRequest request, SubmitOutcome.Answered answer) {}

    // What the last submission came to; written by the relay's thread, read by any.
    private volatile AnchorageHealth health = new AnchorageHealth.Good("not asked since the start");

    private TimestampAuthority(
            TsaConfig config,
            OwnProofs own,
            Supplier<ClockReading> clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.config = config;
        this.own = own;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
        this.http = new BoundedHttp(config.deadline(), TimeStampToken.MAX_SIZE_BYTES);
    }

    /// Does not contact it.
    ///
    /// @param own      what was kept of its answers
    /// @param nanoTime a clock that only runs forward, in nanoseconds
    /// @param random   where nonces come from
    public static TimestampAuthority open(
            TsaConfig config,
            OwnProofs own,
            Supplier<ClockReading> clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        return new TimestampAuthority(config, own, clock, nanoTime, random);
    }

    /// By configuration: an authority does not say who it is until it stamps, and then the path tells.
    @Override
    public AnchorIdentity identity() {
        return config.identity();
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) {
        var key = head.signer();
        if (key.isEmpty()) return new Preparation.Refused("the checkpoint's signature is not by the log's key");
        var nonce = new byte[NONCE_SIZE];
        random.nextBytes(nonce);
        var request =
                StampRequest.of(head.text(), key.get(), head.signature(), config.policy(), new BigInteger(1, nonce));
        return new Preparation.Ready(request.signed());
    }

    /// Asks each server once; within [#PAUSE] of answers that were none it answers as then, and asks nobody. The last
    /// request that was stamped is not asked for again: whoever has no room to keep a stamp buys no second one.
    @Override
    public SubmitOutcome submit(SignedRequest request) {
        if (stamped.isPresent() && stamped.get().request.equals(request)) return stamped.get().answer;
        long now = nanoTime.getAsLong();
        if (last.isPresent() && now - last.get().nanos < PAUSE.toNanos()) return last.get().outcome;
        last = Optional.empty();
        try {
            var parsed = StampRequest.read(request.bytes());
            var causes = new ArrayList<String>();
            for (var url : config.urls()) {
                var outcome = ask(url, parsed);
                if (outcome instanceof SubmitOutcome.Answered answer) {
                    stamped = Optional.of(new Stamped(request, answer));
                }
                if (!(outcome instanceof SubmitOutcome.Unknown(var cause))) return told(outcome);
                causes.add(TsaConfig.name(url) + ": " + ForeignWords.shortened(cause));
            }
            var unknown = new SubmitOutcome.Unknown(String.join("; ", causes));
            last = Optional.of(new Failure(unknown, now));
            return told(unknown);
        } catch (CborMalformed e) {
            return new SubmitOutcome.RefusedForGood("not a request for a time stamp: " + e.getMessage());
        }
    }

    /// Asks for a stamp over random bytes that no log has, judges it as that of a head, and keeps nothing.
    ///
    /// @return how it is by what it answered
    public AnchorageHealth trial() {
        var text = new byte[32];
        var nonce = new byte[NONCE_SIZE];
        random.nextBytes(text);
        random.nextBytes(nonce);
        byte[] words = HexFormat.of().formatHex(text).getBytes(StandardCharsets.US_ASCII);
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(pair.getPrivate());
            signer.update(words);
            var signature = P256Signature.ofDer(signer.sign()).orElseThrow().withLowS();
            var key = P256Key.of(pair.getPublic().getEncoded());
            var request = StampRequest.of(words, key, signature.raw(), config.policy(), new BigInteger(1, nonce));
            submit(request.signed());
            return health;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK signs with P-256", e);
        }
    }

    private SubmitOutcome ask(URI url, StampRequest request) throws CborMalformed {
        try {
            var query = HttpRequest.newBuilder(url)
                    .header("Content-Type", "application/timestamp-query")
                    .header("Accept", "application/timestamp-reply")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(request.query()));
            var response = http.send("time stamp", query);
            if (response.statusCode() / 100 != 2) {
                return new SubmitOutcome.Unknown("HTTP status " + response.statusCode());
            }
            return switch (StampAnswer.parse(response.body())) {
                case StampAnswer.Rejected(var words, var forGood) ->
                    forGood ? new SubmitOutcome.RefusedForGood(words) : new SubmitOutcome.Unknown(words);
                case StampAnswer.Granted(var token) -> judge(token, request);
            };
        } catch (DerMalformed e) {
            return new SubmitOutcome.Unknown("the answer is not one of a time-stamping authority: " + e.getMessage());
        } catch (StampRefused e) {
            return new SubmitOutcome.Unknown("the time stamp does not hold: " + e.getMessage());
        } catch (IOException e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private SubmitOutcome judge(byte[] token, StampRequest request) throws CborMalformed, DerMalformed, StampRefused {
        var nonce = TimeStampToken.parse(token).info().nonce();
        if (!nonce.equals(Optional.of(request.nonce()))) {
            return new SubmitOutcome.Unknown("the time stamp answers another request: it has not its nonce");
        }
        var proof =
                TsaProof.of(request.signature(), token, config.certificates()).encode();
        var found =
                TsaProof.check(proof, config.identity(), request.text(), request.key(), List.of(config.authority()));
        return switch (found) {
            case AnchorProofFinding.Broken(var reason) -> new SubmitOutcome.Unknown(reason);
            case AnchorProofFinding.Incomplete(var _, var missing) -> new SubmitOutcome.Unknown(missing);
            case AnchorProofFinding.Proved(var _, var time) ->
                apart(time.orElseThrow())
                        .<SubmitOutcome>map(SubmitOutcome.Unknown::new)
                        .orElseGet(() -> new SubmitOutcome.Answered(new AnchorProof(proof, List.of())));
        };
    }

    /// Where nothing sets this box's clock, it is the one that is wrong.
    private Optional<String> apart(Instant stamped) {
        var now = clock.get();
        if (now.state() != ClockReading.State.SYNCED
                || Duration.between(now.time(), stamped).abs().compareTo(MOST_APART) <= 0) return Optional.empty();
        return Optional.of("it stamped at " + stamped + ", and the clock of this box says " + now.time()
                + ": one of the two is wrong by more than an hour");
    }

    private SubmitOutcome told(SubmitOutcome outcome) {
        health = switch (outcome) {
            case SubmitOutcome.RefusedForGood(var reason) -> new AnchorageHealth.Bad(reason, "look at the cause");
            case SubmitOutcome.Unknown(var cause) -> new AnchorageHealth.Bad(cause, ASK_AUTHORITY);
            case SubmitOutcome.Answered _, SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ ->
                new AnchorageHealth.Good(
                        "stamped last when this box's clock said " + clock.get().time());
        };
        return outcome;
    }

    /// What was kept, and nothing else: the authority remembers no head.
    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        try {
            return own.find(origin, size, root);
        } catch (IOException e) {
            throw new AnchorageSetback(
                    "the time stamps that were kept cannot be read: " + e.getMessage(),
                    "look at the disk of this box",
                    e);
        }
    }

    @Override
    public RequestState status(SignedRequest request) {
        return new RequestState.Unknown(); // it is answered when it is submitted, or never
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) {
        return Optional.empty(); // it came with the answer, or is lost
    }

    @Override
    public AnchorageHealth health() {
        return health;
    }

    @Override
    public void close() {
        http.close();
    }
}
