package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
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
    private final Supplier<Optional<Withheld>> withheld;

    /// @param deadline for each signature
    /// @param withheld why it may not sign now, if that is so; asked before each move and each signature, by the
    ///     relay's thread, and answers at once
    public PublicationSigner(SigningKey key, Duration deadline, Supplier<Optional<Withheld>> withheld) {
        this.key = key;
        this.publicKey = P256Key.of(key.spki());
        this.deadline = deadline;
        this.withheld = withheld;
    }

    /// Why it does not sign now, if that is so.
    Optional<Withheld> withheld() {
        return withheld.get();
    }

    /// @throws AnchorageSetback if it may not, or the token does not sign now, or signed wrongly
    SignedPublication sign(Publication publication) throws AnchorageSetback {
        var why = withheld();
        if (why.isPresent())
            throw new AnchorageSetback(why.get().cause(), why.get().remedy());
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
