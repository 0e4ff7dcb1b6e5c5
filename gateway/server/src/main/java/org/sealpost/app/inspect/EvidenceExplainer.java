package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceUnreadable;
import org.sealpost.evidence.Printable;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Content;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;

/// Evidence files (docs/formats.md §8). Whether one proves anything is for `sealpost verify` to say.
final class EvidenceExplainer implements Explainer {
    private static final String KIND = "sealpost-evidence";
    private static final int MAX_PAYLOAD_SHOWN = 4096;

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (!isEvidence(subject)) return Optional.empty();
        var draft = Explanation.of("evidence file");
        try {
            var evidence = Evidence.parse(subject.content(Evidence.MAX_SIZE_BYTES));
            draft.fact("leaf hash", Merkle.leafHash(evidence.leaf()).hex());
            if (Leaf.parse(evidence.leaf()) instanceof HeaderLeaf leaf)
                draft.fact("profile", leaf.profile() + " " + leaf.profileVersion())
                        .fact("commitment", leaf.commitment());
            if (Leaf.parse(evidence.genesis()) instanceof GenesisLeaf(var genesis))
                draft.fact("origin", genesis.origin())
                        .fact("origin id", OriginId.of(genesis.sealingKey().spki(), genesis.origin()));
            draft.fact("heads", evidence.heads().size())
                    .fact("certificates", evidence.certificates().size())
                    .fact("hand-overs", evidence.handOvers().size());
            long proofs = evidence.heads().stream()
                    .flatMap(head -> head.anchors().stream())
                    .filter(anchor -> anchor.proof().isPresent())
                    .count();
            if (proofs > 0) draft.fact("proofs of anchors", proofs);
            if (subject.depth().payloads()) payload(evidence, draft);
            draft.fact("checked by", "sealpost verify");
        } catch (EvidenceUnreadable | CborMalformed | IllegalArgumentException e) {
            draft.damaged(String.valueOf(e.getMessage()));
        }
        return Optional.of(draft.done());
    }

    /// An array of seven to nine, then a text that names the kind.
    private static boolean isEvidence(Subject subject) {
        var start = new String(
                subject.start(), 0, Math.min(subject.start().length, KIND.length() + 2), StandardCharsets.ISO_8859_1);
        return start.length() > 2 && start.substring(2).equals(KIND);
    }

    private static void payload(Evidence evidence, Explanation.Draft draft) throws CborMalformed {
        if (evidence.body().isEmpty() || !(evidence.body().get().slots().get(Slot.CONTENT) instanceof Slot.Shown shown))
            return;
        var content = Content.parse(shown.bytes());
        int length = Math.min(content.payload().length, MAX_PAYLOAD_SHOWN);
        draft.fact("media type", content.mediaType())
                .fact("payload", Printable.escape(new String(content.payload(), 0, length, StandardCharsets.UTF_8)));
    }
}
