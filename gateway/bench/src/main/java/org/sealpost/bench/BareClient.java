package org.sealpost.bench;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.PublicationLedger.Lane;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// What a node takes from somebody who only sends: requests as the relay would make them, signed before the clock runs,
/// nothing kept and nothing asked but how many of them are in blocks.
final class BareClient implements DrainCompare.Drains {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private final Origin origin = new Origin("bench/bare");
    private final SecureRandom random = new SecureRandom();
    private final Consortium chain;
    private final DrainSite.Load load;
    private final SigningKey seal;
    private final PublicationLedger ledger;
    private final String account;
    private final DrainedNumbers numbers;
    private List<SignedRequest> signed = List.of();
    private long number;

    /// @param ledger  what requests are made by; closed with it
    /// @param account who signs them
    BareClient(Consortium chain, DrainSite.Load load, SigningKey seal, PublicationLedger ledger, String account) {
        this.chain = chain;
        this.load = load;
        this.seal = seal;
        this.ledger = ledger;
        this.account = account;
        var origin = OriginId.of(seal.spki(), this.origin);
        this.numbers = new DrainedNumbers(asked -> ledger.unused(origin, asked).numbers());
    }

    Origin origin() {
        return origin;
    }

    @Override
    public void prepare(int count) throws IOException, AnchorageSetback {
        var requests = new ArrayList<SignedRequest>();
        var nonces = new ArrayList<Long>();
        while (requests.size() < count) {
            var request = next(new Lane(nonces));
            requests.add(request);
            nonces.add(request.nonce().orElseThrow());
        }
        signed = requests;
    }

    private SignedRequest next(Lane lane) throws IOException, AnchorageSetback {
        int records = load.records();
        var content = new byte[Hash.SIZE * records];
        random.nextBytes(content);
        var publication = new Publication(
                origin, seal.spki(), ++number, Publication.Kind.COMMITMENTS, number * (records + 1), records, content);
        byte[] signature = FirstHead.signature(seal, publication.digest().toBytes());
        var preparation = ledger.prepare(publication.signed(signature), lane);
        if (preparation instanceof Preparation.Ready(var request)) return request;
        throw new IOException("publication " + number + ": " + preparation);
    }

    /// The next one goes out as soon as there is room for it in the row.
    @Override
    public void drain(int count) throws IOException, InterruptedException, AnchorageSetback {
        long before = signed.getFirst().nonce().orElseThrow();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int sent = 0;
        long most = 0;
        for (long landed = 0; landed < count; landed = chain.transactionsOf(account) - before) {
            boolean isFull = sent == count || sent >= landed + load.inFlight();
            while (sent < count && sent < landed + load.inFlight())
                chain.send(signed.get(sent++).bytes());
            if (isFull) Thread.sleep(BETWEEN_LOOKS.toMillis());
            if (landed > most) {
                most = landed;
                deadline = System.nanoTime() + PATIENCE.toNanos();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(landed + " landed, none more for " + PATIENCE);
            }
        }
        long last = ledger.last(OriginId.of(seal.spki(), origin));
        if (last != number) throw new IOException("publication " + last + " is the last one, not " + number);
    }

    /// What reverted has taken its nonce, and no number.
    @Override
    public List<String> faults() throws AnchorageSetback {
        return numbers.missing(number).stream().toList();
    }

    @Override
    public void close() {
        ledger.close();
    }
}
