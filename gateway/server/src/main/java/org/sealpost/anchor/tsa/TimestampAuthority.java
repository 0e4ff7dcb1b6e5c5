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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A time-stamping authority as an anchorage. What it answers is the anchor, once all of it was checked as a verifier
/// would check it; what is there is what this box kept of it.
///
/// Asking again is harmless: two tokens over one head are two good tokens, and the first that was made durable counts.
public final class TimestampAuthority implements Anchorage {
    private static final Logger LOG = LoggerFactory.getLogger(TimestampAuthority.class);

    private static final Capabilities CAPABILITIES = new Capabilities("as soon as its answer was checked", true, true);

    private static final int NONCE_SIZE = 8;

    /// By more than this no clock that something sets, and no authority's, is wrong without a fault.
    private static final Duration MOST_APART = Duration.ofHours(1);

    /// From an answer that was no anchor to the next question: authorities are others' servers, and free ones count.
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private static final String ASK_AUTHORITY =
            "look whether the authority's servers are reachable; they are asked again by themselves";

    private static final String CERTIFICATES =
            "look at ca-file: the CA of this very authority comes first, then what lies between it and the certificate"
                    + " that stamps, all of them valid now; with another CA the anchorage gets a new name";
    private static final String POLICY =
            "look at policy: leave it out, or name the one under which the authority stamps; the anchorage then gets a"
                    + " new name";
    private static final String CLOCKS = "look at the clock of this box, and at the authority's time";
    private static final String ANOTHER =
            "no verifier would accept it: have whoever runs the authority mend what the cause names, or take another"
                    + " authority, under another name";
    private static final String UNCHECKED =
            "it is no fault of the servers' reach: look at ca-file, and send the cause and the log of this box to whoever"
                    + " maintains its software; another authority, under another name, may stamp meanwhile";
    private static final String REFUSED =
            "look at policy, if one is set; or take another authority; either under a new name";

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

    /// What a server said.
    ///
    /// @param remedy of an answer that no verifier would accept: that does not pass by itself
    private record Said(SubmitOutcome outcome, Optional<String> remedy) {
        static Said of(SubmitOutcome outcome) {
            return new Said(outcome, Optional.empty());
        }

        static Said unknown(String cause) {
            return of(new SubmitOutcome.Unknown(cause));
        }

        static Said notHolding(String cause, String remedy) {
            return new Said(new SubmitOutcome.Unknown(cause), Optional.of(remedy));
        }
    }

    private record Stamped(SignedRequest request, SubmitOutcome.Answered answer) {}

    // What the last submission came to; written by the relay's thread, read by any.
    private volatile AnchorageHealth health = new AnchorageHealth.Good("not asked since the start");

    // Stamps that do not hold, of the last submission; written by the relay's thread, read by any.
    private volatile Optional<Trouble> notHolding = Optional.empty();

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
            var remedies = new LinkedHashSet<String>();
            for (var url : config.urls()) {
                var said = ask(url, parsed);
                var outcome = said.outcome;
                if (outcome instanceof SubmitOutcome.Answered answer) {
                    stamped = Optional.of(new Stamped(request, answer));
                }
                if (!(outcome instanceof SubmitOutcome.Unknown(var cause))) return told(Said.of(outcome));
                causes.add(TsaConfig.name(url) + ": " + ForeignWords.shortened(cause));
                said.remedy.ifPresent(remedies::add);
            }
            var unknown = new SubmitOutcome.Unknown(String.join("; ", causes));
            last = Optional.of(new Failure(unknown, now));
            var remedy = Optional.of(String.join("; ", remedies)).filter(words -> !words.isEmpty());
            return told(new Said(unknown, remedy));
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

    private Said ask(URI url, StampRequest request) throws CborMalformed {
        try {
            var query = HttpRequest.newBuilder(url)
                    .header("Content-Type", "application/timestamp-query")
                    .header("Accept", "application/timestamp-reply")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(request.query()));
            var response = http.send("time stamp", query);
            if (response.statusCode() / 100 != 2) return Said.unknown("HTTP status " + response.statusCode());
            return switch (StampAnswer.parse(response.body())) {
                case StampAnswer.Rejected(var words, var forGood) ->
                    forGood ? Said.of(new SubmitOutcome.RefusedForGood(words)) : Said.unknown(words);
                case StampAnswer.Granted(var token) -> judged(token, request);
            };
        } catch (DerMalformed e) {
            return Said.unknown("the answer is not one of a time-stamping authority: " + e.getMessage());
        } catch (StampRefused e) {
            return Said.notHolding(
                    "the time stamp does not hold: " + e.getMessage(), e.wantsCertificates() ? CERTIFICATES : ANOTHER);
        } catch (IOException e) {
            return Said.unknown(String.valueOf(e.getMessage()));
        }
    }

    /// Whatever a server answers, and whatever becomes of our check of it, the ones behind it are asked.
    private Said judged(byte[] token, StampRequest request) throws CborMalformed, DerMalformed, StampRefused {
        try {
            return judge(token, request);
        } catch (RuntimeException e) {
            LOG.warn("the check of a time stamp failed", e);
            return Said.notHolding("the check of the time stamp failed here: " + e, UNCHECKED);
        }
    }

    private Said judge(byte[] token, StampRequest request) throws CborMalformed, DerMalformed, StampRefused {
        var info = TimeStampToken.parse(token).info();
        if (!info.nonce().equals(Optional.of(request.nonce()))) {
            return Said.unknown("the time stamp answers another request: it has not its nonce");
        }
        var proof =
                TsaProof.of(request.signature(), token, config.certificates()).encode();
        var found =
                TsaProof.check(proof, config.identity(), request.text(), request.key(), List.of(config.authority()));
        boolean isUnderAnother = !config.policy().orElse(info.policy()).equals(info.policy());
        return switch (found) {
            case AnchorProofFinding.Broken(var reason) -> Said.notHolding(reason, isUnderAnother ? POLICY : ANOTHER);
            case AnchorProofFinding.Incomplete(var _, var missing) -> Said.notHolding(missing, CERTIFICATES);
            case AnchorProofFinding.Proved(var _, var time) ->
                apart(time.orElseThrow())
                        .map(words -> Said.notHolding(words, CLOCKS))
                        .orElseGet(() -> Said.of(new SubmitOutcome.Answered(new AnchorProof(proof, List.of()))));
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

    private SubmitOutcome told(Said said) {
        var outcome = said.outcome;
        health = switch (outcome) {
            case SubmitOutcome.RefusedForGood(var reason) -> new AnchorageHealth.Bad(reason, REFUSED);
            case SubmitOutcome.Unknown(var cause) -> new AnchorageHealth.Bad(cause, said.remedy.orElse(ASK_AUTHORITY));
            case SubmitOutcome.Answered _, SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ ->
                new AnchorageHealth.Good(
                        "stamped last when this box's clock said " + clock.get().time());
        };
        notHolding = outcome instanceof SubmitOutcome.Unknown(var cause)
                ? said.remedy.map(remedy -> new Trouble(cause, remedy, since(), true))
                : Optional.empty();
        return outcome;
    }

    private Instant since() {
        return notHolding.map(Trouble::since).orElseGet(() -> clock.get().time());
    }

    /// A stamp that no verifier would accept does not pass by itself, unlike a server that is away.
    @Override
    public Optional<Trouble> delay() {
        return notHolding;
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
