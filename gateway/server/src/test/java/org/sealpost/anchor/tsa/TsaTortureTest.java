package org.sealpost.anchor.tsa;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageTorture;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.HttpWire;
import org.sealpost.anchor.SignedLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.lodging.OriginId;
import org.sealpost.record.ClockReading;

/// An authority with two servers, which does wrong what it is told to. It remembers nothing: what it stamped lies with
/// the box, and a head may be stamped twice; the first stamp that is durable counts.
class TsaTortureTest extends AnchorageTorture {
    /// It is left alone for half a minute after an answer that was none: here for 50 ms.
    private static final int FASTER = 600;

    private final List<HttpWire> wires = new ArrayList<>();
    private final List<TimestampAuthority> opened = new ArrayList<>();
    private TestTsa tsa;
    private TsaServer server;
    private List<X509Certificate> certificates;

    @BeforeEach
    void start() throws Exception {
        tsa = new TestTsa("an authority");
        server = new TsaServer(query -> tsa.answer(query));
        serve(server.url(), List.of(tsa.root(), tsa.issuer()));
    }

    final void serve(URI url, List<X509Certificate> known) throws IOException {
        certificates = known;
        for (int i = 0; i < 2; i++) wires.add(new HttpWire(url, _ -> true));
    }

    @AfterEach
    void stop() {
        opened.forEach(TimestampAuthority::close);
        wires.forEach(HttpWire::close);
        if (server != null) server.close();
    }

    Instant now() {
        return TestTsa.NOW;
    }

    /// By the configuration of now, whenever it is asked.
    @Override
    protected final Anchorage open(AnchorProofs proofs) {
        var current = new Current(proofs);
        return whichever(current::get);
    }

    private final class Current {
        private final AnchorProofs proofs;
        private List<X509Certificate> by = List.of();
        private TimestampAuthority authority;

        Current(AnchorProofs proofs) {
            this.proofs = proofs;
        }

        TimestampAuthority get() {
            if (by != certificates) {
                by = certificates;
                authority = TimestampAuthority.open(
                        new TsaConfig(wires.stream().map(HttpWire::url).toList(), by, Optional.empty(), deadline),
                        proofs::find,
                        TsaTortureTest.this::clock,
                        () -> System.nanoTime() * FASTER,
                        new Random());
                opened.add(authority);
            }
            return authority;
        }
    }

    private ClockReading clock() {
        return new ClockReading(
                now().toEpochMilli(),
                ClockReading.State.SYNCED,
                ClockReading.Source.NTP,
                OptionalLong.empty(),
                new byte[16],
                0);
    }

    @Override
    protected final List<Long> lodged(OriginId origin) {
        throw new UnsupportedOperationException("it remembers nothing");
    }

    @Override
    protected final String trust(AnchorIdentity identity) throws Exception {
        return TrustFile.namingAuthority(certificates.getFirst().getEncoded());
    }

    @Override
    protected final boolean proves() {
        return true;
    }

    private void become(HttpWire.Manner manner) {
        wires.forEach(wire -> wire.become(manner));
    }

    @Override
    protected final void loseAnswers(boolean lose) {
        become(lose ? HttpWire.Manner.LOSES_ANSWERS : HttpWire.Manner.PASSES);
    }

    @Override
    protected final void goAway() {
        become(HttpWire.Manner.AWAY);
    }

    @Override
    protected final void comeBack() {
        become(HttpWire.Manner.PASSES);
    }

    @Override
    protected final void lose(int nodes) {
        wires.subList(0, nodes).forEach(wire -> wire.become(HttpWire.Manner.AWAY));
    }

    @Override
    protected final void bringBack() {
        comeBack();
    }

    @Override
    protected final List<Act> manners() {
        return List.of(
                () -> become(HttpWire.Manner.HALF_OPEN),
                () -> become(HttpWire.Manner.DRIPS),
                () -> become(HttpWire.Manner.FLOODS),
                () -> become(HttpWire.Manner.TALKS_NONSENSE));
    }

    /// The CA that the box is configured with.
    @Override
    protected final void recreate() throws Exception {
        var another = new TestTsa("another authority");
        certificates = List.of(another.root(), another.issuer());
    }

    /// The authority's certificate: what it stamps does not hold.
    @Override
    protected void expire() {
        tsa.notAfter = TestTsa.NOW.minusSeconds(60);
    }

    @Override
    protected void renew() {
        tsa.notAfter = TestTsa.NOW.plus(Duration.ofDays(365));
    }

    /// Asking again will not do, so nobody is told to wait.
    @Override
    protected void shown(Anchored.Trouble expired) {
        assertTrue(expired.remedy().startsWith("look at ca-file: "), expired::toString);
        assertTrue(expired.urgent());
    }

    @Override
    protected void refuse(SignedLog log) {
        server.answering = _ -> TestTsa.rejection(PKIStatus.rejection, "no", PKIFailureInfo.badAlg);
    }

    @Override
    protected void accept() {
        server.answering = query -> tsa.answer(query);
    }

    @Override
    protected final List<Fault> faults() {
        var all = new ArrayList<Fault>();
        for (var manner : HttpWire.Manner.values()) {
            if (manner == HttpWire.Manner.PASSES) continue;
            all.add(new Fault("wires " + manner, () -> become(manner), this::comeBack));
        }
        all.add(new Fault("first server away", () -> lose(1), this::bringBack));
        return all;
    }

    /// There is no pool.
    @Override
    protected final void whatAPoolLostGetsThereByTheSameBytes() {}

    /// There are no blocks.
    @Override
    protected final void aBlockThatIsTakenBackIsSeenByItsHash() {}

    /// It holds nothing that it could lose.
    @Override
    protected final void aLedgerThatLostItsEndGetsTheHeadAgain() {}

    /// It stamps any history, and cannot know.
    @Override
    protected final void anotherHistoryThereStopsTheRelay() {}

    /// Its heads lie in the backup with the log, and a newer one that is not there is known to nobody.
    @Override
    protected final void aBoxThatWasRestoredFromABackupStops() {}
}
