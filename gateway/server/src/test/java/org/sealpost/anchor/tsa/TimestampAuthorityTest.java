package org.sealpost.anchor.tsa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.tsp.TimeStampRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.KeptProofs;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.hsm.FreePort;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;

/// An authority that keeps the contract, and then one that does one thing wrong at a time: what does not hold is never
/// an anchor.
class TimestampAuthorityTest extends AnchorageContract {
    /// No answer is waited for in vain, and a busy machine takes seconds for the first one.
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final KeptProofs kept = new KeptProofs();
    private final List<TimestampAuthority> opened = new ArrayList<>();
    private TestTsa tsa;
    private TsaServer server;
    private Anchorage authority;
    private ClockReading.State state = ClockReading.State.SYNCED;
    private Duration step = Duration.ofMinutes(1);
    private boolean clockFails;
    private long nanos;

    @BeforeEach
    void start() throws Exception {
        tsa = new TestTsa("an authority");
        server = new TsaServer(query -> tsa.answer(query));
        authority = open(config(List.of(server.url())));
    }

    @AfterEach
    void stop() {
        opened.forEach(TimestampAuthority::close);
        server.close();
    }

    private TsaConfig config(List<URI> urls) {
        return new TsaConfig(urls, List.of(tsa.root(), tsa.issuer()), Optional.empty(), DEADLINE);
    }

    private TimestampAuthority open(TsaConfig config) {
        var open = TimestampAuthority.open(config, kept, this::clock, this::nanos, new Random(7));
        opened.add(open);
        return open;
    }

    /// Long after whatever was before, unless a test says otherwise.
    private long nanos() {
        nanos += step.toNanos();
        return nanos;
    }

    private ClockReading clock() {
        if (clockFails) {
            clockFails = false;
            throw new IllegalStateException("a defect of ours");
        }
        var source = state == ClockReading.State.SYNCED ? ClockReading.Source.NTP : ClockReading.Source.RTC;
        return new ClockReading(TestTsa.NOW.toEpochMilli(), state, source, OptionalLong.empty(), new byte[16], 0);
    }

    @Override
    protected Anchorage anchorage() {
        return authority;
    }

    @Override
    protected void settle() {}

    @Override
    protected void keep(LodgeableHead head, AnchorProof proof) {
        kept.keep(head, proof);
    }

    // --- what it asks, and what comes of it

    @Test
    void asksWithANonceForACertificateAndForThePolicy() throws Exception {
        authority =
                open(new TsaConfig(List.of(server.url()), List.of(tsa.root()), Optional.of(TestTsa.POLICY), DEADLINE));
        lodge(log.growTo(5).head(5));
        var asked = new TimeStampRequest(server.lastQuery);
        assertEquals(TestTsa.POLICY, asked.getReqPolicy().getId());
        assertTrue(asked.getCertReq());
        assertTrue(asked.getNonce().signum() > 0 && asked.getNonce().bitLength() <= 64, asked.getNonce()::toString);
        var head = log.head(5);
        assertArrayEquals(TsaProof.imprint(head.text(), head.signature()).toBytes(), asked.getMessageImprintDigest());
    }

    @Test
    void whatItAnswersProvesTheHeadToOthers() throws Exception {
        var head = log.growTo(5).head(5);
        lodge(head);
        assertInstanceOf(AnchorProofFinding.Proved.class, check(head, log.head(5)));
        assertInstanceOf(
                AnchorProofFinding.Broken.class, check(head, log.growTo(6).head(6)));
        assertInstanceOf(AnchorageHealth.Good.class, authority.health());
    }

    private AnchorProofFinding check(LodgeableHead stamped, LodgeableHead head) {
        return TsaProof.check(
                kept.of(stamped).bytes(),
                TsaProof.identity(tsa.root(), Optional.empty()),
                head.text(),
                head.signer().orElseThrow(),
                List.of(tsa.root()));
    }

    /// Whatever process sends it: the request has all that its answer is judged by.
    @Test
    void aRequestOutlivesTheProcessThatMadeIt() throws Exception {
        var request = ready(log.growTo(5).head(5));
        authority = open(config(List.of(server.url())));
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request));
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request));
    }

    @Test
    void eachRequestHasItsNonce() throws Exception {
        var head = log.growTo(5).head(5);
        assertNotEquals(ready(head).id(), ready(head).id());
    }

    @Test
    void aHeadThatTheKeyDidNotSignIsNotStamped() throws Exception {
        var head = log.growTo(5).head(5);
        var other = log.growTo(6).head(6);
        var wrong = new LodgeableHead(head.origin(), 5, head.root(), head.firstKey(), other.signature());
        assertInstanceOf(Preparation.Refused.class, authority.prepare(wrong, 0, List.of()));
        assertEquals(0, server.asked());
    }

    @Test
    void anAnswerWithoutThePathIsCompletedFromTheConfiguration() throws Exception {
        tsa.carriesIssuer = false;
        var head = log.growTo(5).head(5);
        lodge(head);
        assertInstanceOf(AnchorProofFinding.Proved.class, check(head, head));
        authority = open(new TsaConfig(List.of(server.url()), List.of(tsa.root()), Optional.empty(), DEADLINE));
        var outcome = assertInstanceOf(SubmitOutcome.Unknown.class, authority.submit(request()));
        assertTrue(outcome.cause().contains("no path from"), outcome.cause());
    }

    @Test
    void grantedWithModificationsIsGranted() throws Exception {
        server.answering = query -> {
            var asked = new TimeStampRequest(query);
            return TestTsa.answer(
                    PKIStatus.grantedWithMods, tsa.token(asked.getMessageImprintDigest(), asked.getNonce()));
        };
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
    }

    @Test
    void theSecondServerIsAskedWhereTheFirstDoesNotAnswer() throws Exception {
        try (var held = FreePort.refusing();
                var broken = new TsaServer(_ -> new byte[0])) {
            var nobody = URI.create("http://127.0.0.1:" + held.getLocalPort());
            authority = open(config(List.of(nobody, broken.url(), server.url())));
            assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
            server.status = 503;
            String cause = assertUnknown("HTTP status 503");
            assertTrue(cause.contains(nobody + ": "), cause);
            assertTrue(cause.contains("not one of a time-stamping authority"), cause);
            assertFalse(cause.contains("secret"), cause);
        }
    }

    /// The clock stands for whatever the check of an answer may end with.
    @Test
    void theSecondServerIsAskedWhereTheCheckOfTheFirstOnesAnswerFails() throws Exception {
        try (var first = new TsaServer(query -> tsa.answer(query))) {
            authority = open(config(List.of(first.url(), server.url())));
            clockFails = true;
            assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
            assertEquals(1, first.asked());
            assertEquals(1, server.asked());
        }
        authority = open(config(List.of(server.url())));
        var request = request();
        clockFails = true;
        var unknown = assertInstanceOf(SubmitOutcome.Unknown.class, authority.submit(request));
        assertTrue(unknown.cause().contains("failed here: java.lang.IllegalStateException: a defect of ours"));
        var trouble = authority.delay().orElseThrow();
        assertTrue(trouble.remedy().contains("whoever maintains its software"), trouble.remedy());
    }

    /// What the client throws of such a header is no IOException.
    @Test
    @Timeout(120)
    void theSecondServerIsAskedWhereTheFirstAnswersWhatIsNoHttp() throws Exception {
        try (var broken = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(broken, "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n"));
            var nonsense = URI.create("http://127.0.0.1:" + broken.getLocalPort());
            authority = open(config(List.of(nonsense)));
            assertUnknown("abc");
            authority = open(config(List.of(nonsense, server.url())));
            assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
            assertEquals(1, server.asked());
        }
    }

    private static void answer(ServerSocket server, String answer) {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                // Each by itself: who was answered may keep the connection, while the next one asks.
                Thread.ofVirtual().start(() -> answer(socket, answer));
            } catch (IOException e) {
                // The next one, or the end.
            }
        }
    }

    private static void answer(Socket socket, String answer) {
        try (socket) {
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // It has gone.
        }
    }

    /// Whoever had no room to keep it asks again, four times a second; stamps are counted, and some are paid for.
    @Test
    void theLastStampIsGivenOutAgain() throws Exception {
        var request = request();
        var stamp = authority.submit(request);
        assertInstanceOf(SubmitOutcome.Answered.class, stamp);
        assertSame(stamp, authority.submit(request));
        assertEquals(1, server.asked());
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
        assertEquals(2, server.asked(), "another request over the same head");
    }

    /// Others' servers are not asked four times a second, and what they said last is said again.
    @Test
    void anAnswerThatWasNoneIsFollowedByAPause() throws Exception {
        var request = request();
        server.status = 503;
        var first = authority.submit(request);
        assertInstanceOf(SubmitOutcome.Unknown.class, first);
        step = Duration.ofMillis(250);
        for (int i = 0; i < 100; i++) assertEquals(first, authority.submit(request));
        assertEquals(1, server.asked());
        server.status = 200;
        step = Duration.ofSeconds(6);
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request));
        assertEquals(2, server.asked());
    }

    // --- answers that are no anchors

    @ParameterizedTest
    @CsvSource({
        PKIFailureInfo.badAlg + ", badAlg, true",
        PKIFailureInfo.unacceptedPolicy + ", unacceptedPolicy, true",
        PKIFailureInfo.unacceptedExtension + ", unacceptedExtension, true",
        PKIFailureInfo.badRequest + ", badRequest, false",
        PKIFailureInfo.badDataFormat + ", badDataFormat, false",
        PKIFailureInfo.timeNotAvailable + ", timeNotAvailable, false",
        PKIFailureInfo.addInfoNotAvailable + ", addInfoNotAvailable, false",
        PKIFailureInfo.systemFailure + ", systemFailure, false"
    })
    void aRejectionIsForGoodWhereAskingAgainIsOfNoUse(int failure, String word, boolean forGood) throws Exception {
        server.answering = _ -> TestTsa.rejection(PKIStatus.rejection, "no \u001b[31mway", failure);
        var outcome = authority.submit(request());
        String words = "rejection \"no \\u{1b}[31mway\" " + word;
        if (forGood) assertEquals(new SubmitOutcome.RefusedForGood(words), outcome);
        else assertUnknown(words);
        assertInstanceOf(AnchorageHealth.Bad.class, authority.health());
    }

    /// A rejection has as many texts as it likes.
    @Test
    void ofALongRejectionFewWordsAreKept() throws Exception {
        var texts = new ASN1EncodableVector();
        for (int i = 0; i < 2000; i++) texts.add(new DERUTF8String("no\u0007 way"));
        var info = new ASN1EncodableVector();
        info.add(new ASN1Integer(2));
        info.add(new DERSequence(texts));
        byte[] rejection = new DERSequence(new DERSequence(info)).getEncoded();
        server.answering = _ -> rejection;
        var outcome = assertInstanceOf(SubmitOutcome.Unknown.class, authority.submit(request()));
        assertTrue(outcome.cause().length() < 400, () -> outcome.cause().length() + " characters");
        var health = assertInstanceOf(AnchorageHealth.Bad.class, authority.health());
        assertTrue(health.cause().length() < 400, health.cause());
    }

    @Test
    void otherStatesAreNoAnswers() throws Exception {
        for (int state : new int[] {
            PKIStatus.WAITING, PKIStatus.REVOCATION_WARNING, PKIStatus.REVOCATION_NOTIFICATION, PKIStatus.GRANTED, 77
        }) {
            server.answering = _ -> TestTsa.rejection(PKIStatus.getInstance(new ASN1Integer(state)), "x", 0);
            assertInstanceOf(SubmitOutcome.Unknown.class, authority.submit(request()), "state " + state);
        }
        var good = tsa.token(new byte[32], null);
        server.answering = _ -> TestTsa.answer(PKIStatus.rejection, good);
        assertUnknown("rejection");
    }

    @Test
    void anotherNonceIsAnotherRequestsAnswer() throws Exception {
        server.answering = query -> {
            var asked = new TimeStampRequest(query);
            var token =
                    tsa.token(asked.getMessageImprintDigest(), asked.getNonce().flipBit(0));
            return TestTsa.answer(PKIStatus.granted, token);
        };
        assertUnknown("has not its nonce");
        server.answering = query -> TestTsa.answer(
                PKIStatus.granted, tsa.token(new TimeStampRequest(query).getMessageImprintDigest(), null));
        assertUnknown("has not its nonce");
    }

    @Test
    void anotherImprintIsRefused() throws Exception {
        server.answering = query ->
                TestTsa.answer(PKIStatus.granted, tsa.token(new byte[32], new TimeStampRequest(query).getNonce()));
        assertUnknown("of something else than this head");
    }

    @Test
    void whatTheVerifierRefusesIsNoAnchor() throws Exception {
        tsa.naming = TestTsa.Naming.VERSION_1;
        assertUnknown("ask the authority for ESSCertIDv2");
        tsa.naming = TestTsa.Naming.VERSION_2;
        tsa.signers = 2;
        assertUnknown("more than one signer");
        tsa.signers = 1;
        tsa.purposes = List.of(KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning);
        assertUnknown("for time stamps and nothing else");
        tsa.purposes = List.of(KeyPurposeId.id_kp_timeStamping);
        tsa.notAfter = TestTsa.NOW.minusSeconds(60);
        assertUnknown("no path from");
    }

    /// Asking again is of no use where no stamp holds, so whoever looks is told what to look at, and at once.
    @Test
    void whatDoesNotHoldIsNoPassingThing() throws Exception {
        server.status = 503;
        assertUnknown("HTTP status 503");
        assertEquals(Optional.empty(), authority.delay(), "a server that is away may come back");
        server.status = 200;
        tsa.naming = TestTsa.Naming.VERSION_1;
        var cause = assertUnknown("ask the authority for ESSCertIDv2");
        var told = authority.delay().orElseThrow();
        assertEquals(cause, told.cause());
        assertTrue(told.remedy().startsWith("no verifier would accept it"), told.remedy());
        assertTrue(told.urgent());
        assertEquals(TestTsa.NOW, told.since());
        tsa.naming = TestTsa.Naming.VERSION_2;
        tsa.notAfter = TestTsa.NOW.minusSeconds(60);
        assertUnknown("no path from");
        assertTrue(authority.delay().orElseThrow().remedy().startsWith("look at ca-file: "));
        tsa.notAfter = TestTsa.NOW.plus(Duration.ofDays(1));
        tsa.time = TestTsa.NOW.plus(Duration.ofHours(2));
        assertUnknown("one of the two is wrong");
        assertTrue(authority.delay().orElseThrow().remedy().startsWith("look at the clock of this box"));
        tsa.time = TestTsa.NOW;
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
        assertEquals(Optional.empty(), authority.delay());
    }

    /// Of two servers that do not do, the one that is not away says what is to be done.
    @Test
    void aServerThatIsAwayHidesNoStampThatDoesNotHold() throws Exception {
        try (var away = new TsaServer(_ -> new byte[0])) {
            authority = open(config(List.of(server.url(), away.url())));
            tsa.naming = TestTsa.Naming.VERSION_1;
            away.status = 503;
            var cause = assertUnknown("HTTP status 503");
            assertTrue(cause.contains("ask the authority for ESSCertIDv2"), cause);
            assertEquals(cause, authority.delay().orElseThrow().cause());
            assertTrue(authority.delay().orElseThrow().remedy().startsWith("no verifier would accept it"));
        }
    }

    @Test
    void anotherPolicyIsRefused() throws Exception {
        authority = open(new TsaConfig(List.of(server.url()), List.of(tsa.root()), Optional.of("1.2.3"), DEADLINE));
        assertUnknown("stamped under policy " + TestTsa.POLICY);
        assertTrue(authority.delay().orElseThrow().remedy().startsWith("look at policy: "));
    }

    @Test
    void anotherAuthorityIsAnotherAnchorage() throws Exception {
        var other = new TestTsa("another authority");
        var configured = new TsaConfig(List.of(server.url()), List.of(other.root()), Optional.empty(), DEADLINE);
        assertNotEquals(authority.identity(), open(configured).identity());
        authority = open(configured);
        assertUnknown("no path from");
    }

    @Test
    void aTimeFarFromOursIsRefusedWhereOursIsSet() throws Exception {
        for (var apart : List.of(Duration.ofMinutes(61), Duration.ofMinutes(-61))) {
            tsa.time = TestTsa.NOW.plus(apart);
            state = ClockReading.State.SYNCED;
            assertUnknown("one of the two is wrong");
            state = ClockReading.State.UNTRUSTED;
            assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
        }
        state = ClockReading.State.SYNCED;
        tsa.time = TestTsa.NOW.plus(Duration.ofMinutes(59));
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
    }

    // --- the network

    @Test
    void nonsenseIsUnknown() throws Exception {
        for (byte[] nonsense : List.of(
                new byte[0],
                "<html>".getBytes(StandardCharsets.US_ASCII),
                new byte[] {0x30, 0},
                new byte[] {0x30, 2, 0x30, 0},
                new byte[] {0x30, 5, 0x30, 3, 2, 1, 0},
                new byte[] {0x30, 7, 0x30, 3, 2, 1, 0, 0x30, 0},
                new byte[] {0x30, (byte) 0x80, 0, 0})) {
            server.answering = _ -> nonsense;
            assertInstanceOf(SubmitOutcome.Unknown.class, authority.submit(request()), Arrays.toString(nonsense));
        }
        server.answering = query -> tsa.answer(query);
        for (int status : new int[] {301, 400, 404, 429, 500}) {
            server.status = status;
            assertUnknown("HTTP status " + status);
        }
        server.status = 201; // as some have it
        assertInstanceOf(SubmitOutcome.Answered.class, authority.submit(request()));
    }

    @Test
    void aHugeAnswerIsCutOff() throws Exception {
        server.answering = _ -> new byte[1 << 20];
        assertUnknown("time stamp: ");
    }

    @Test
    @Timeout(120)
    void anAnswerThatDripsIsGivenUp() throws Exception {
        server.drips();
        authority = open(
                new TsaConfig(List.of(server.url()), List.of(tsa.root()), Optional.empty(), Duration.ofMillis(300)));
        assertUnknown("no whole answer within 300 ms");
    }

    @Test
    void aRequestThatIsNoneIsRefused() {
        var request = new SignedRequest(Hash.of(new byte[32]), OptionalLong.empty(), new byte[] {1});
        assertInstanceOf(SubmitOutcome.RefusedForGood.class, authority.submit(request));
        assertEquals(0, server.asked());
    }

    @Test
    void whatCannotBeReadIsASetback() {
        authority = TimestampAuthority.open(
                config(List.of(server.url())),
                (_, _, _) -> {
                    throw new IOException("no disk");
                },
                this::clock,
                this::nanos,
                new Random(7));
        var head = log.growTo(5).head(5);
        var setback =
                assertThrows(AnchorageSetback.class, () -> authority.find(head.originId(), head.size(), head.root()));
        assertTrue(String.valueOf(setback.getMessage()).contains("no disk"));
    }

    // --- configuration

    @Test
    void aConfigurationThatCannotWorkIsRefused() throws Exception {
        var url = List.of(server.url());
        var ca = List.of(tsa.root());
        for (String address : List.of("ftp://tsa.example", "http:/x", "tsa.example", "https://me:word@tsa.example")) {
            refuses(List.of(URI.create(address)), ca, Optional.empty(), DEADLINE);
        }
        refuses(List.of(), ca, Optional.empty(), DEADLINE);
        refuses(url, List.of(), Optional.empty(), DEADLINE);
        refuses(url, List.of(tsa.signer()), Optional.empty(), DEADLINE);
        refuses(url, ca, Optional.of("any"), DEADLINE);
        refuses(url, ca, Optional.empty(), Duration.ZERO);
    }

    private static void refuses(
            List<URI> urls, List<X509Certificate> certificates, Optional<String> policy, Duration deadline) {
        assertThrows(IllegalArgumentException.class, () -> new TsaConfig(urls, certificates, policy, deadline));
    }

    private SignedRequest request() throws Exception {
        return ready(log.growTo(5).head(5));
    }

    private String assertUnknown(String why) throws Exception {
        var unknown = assertInstanceOf(SubmitOutcome.Unknown.class, authority.submit(request()));
        assertTrue(unknown.cause().contains(why), unknown.cause());
        assertEquals(Finding.Absent.EMPTY, find(log.head(5)));
        return unknown.cause();
    }
}
