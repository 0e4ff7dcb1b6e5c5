package org.sealpost.anchor;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.SignedPublication;

/// Signs publications by the sealing key in force, and nothing else: what it is given is a publication, whose text
/// has blanks where no origin has any, so nothing that it signs is a checkpoint.
public final class PublicationSigner {
    private static final String REMEDY = "none needed if the token comes back; else look at what the health says of it";

    private final SigningKey key;
    private final P256Key publicKey;
    private final Duration deadline;

    /// @param deadline for each signature
    public PublicationSigner(SigningKey key, Duration deadline) {
        this.key = key;
        this.publicKey = P256Key.of(key.spki());
        this.deadline = deadline;
    }

    /// @throws AnchorageSetback if the token does not sign now, or signed wrongly
    SignedPublication sign(Publication publication) throws AnchorageSetback {
        byte[] raw;
        try {
            byte[] digest = publication.digest().toBytes();
            // The future ends by the deadline itself; the second bound is for a token driver that breaks its word.
            raw = key.sign(digest, deadline).get(deadline.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            var cause = e.getCause();
            String remedy = cause instanceof TokenSetback token ? token.remedy() : REMEDY;
            throw new AnchorageSetback(key.spec() + " does not sign: " + cause, remedy, e);
        } catch (TimeoutException e) {
            throw new AnchorageSetback(key.spec() + " did not answer within " + deadline.multipliedBy(2), REMEDY, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnchorageSetback("interrupted while " + key.spec() + " signed", "none needed", e);
        }
        var signed = publication.signed(P256Signature.ofRaw(raw).withLowS().raw());
        if (!signed.isSignedBy(publicKey)) {
            throw new AnchorageSetback(key.spec() + " signed, but not the publication", "replace the token");
        }
        return signed;
    }
}
