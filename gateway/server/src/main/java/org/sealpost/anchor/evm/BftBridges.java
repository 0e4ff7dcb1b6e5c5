package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.evidence.anchor.evm.BftBlock;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.BlockHeader;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.evidence.anchor.evm.ProofBroken;

/// Finds the blocks over which the set of block 0 leads to that of a later one: whoever trusts one of the sets
/// between, and says that bridges count, can follow from there. Of a dialect whose headers do not tell the next set,
/// there are none.
///
/// A set that came and went again between two blocks that are looked at stays unseen, and is not needed.
final class BftBridges {
    /// Behind a change, how many blocks of the new set may be looked at for one that enough of the old set have
    /// sealed.
    private static final int PATIENCE = 16;

    private final ProofQuestions questions;
    private final BftDialect dialect;

    BftBridges(ProofQuestions questions, BftDialect dialect) {
        this.questions = questions;
        this.dialect = dialect;
    }

    /// Headers in RLP, ascending; those above the last change over which nothing leads, if there is one. None
    /// if the chain was of another consensus once: nothing leads from there. None, too, behind more changes than
    /// a proof has bridges.
    List<byte[]> to(long height, BftBlock block) throws IOException, ProofQuestions.Spent {
        if (!dialect.hasBridges()) return List.of();
        try {
            return row(height, block);
        } catch (ProofBroken e) {
            return List.of();
        }
    }

    private List<byte[]> row(long height, BftBlock block) throws IOException, ProofBroken, ProofQuestions.Spent {
        var row = new ArrayList<byte[]>();
        long low = 0;
        var set = validators(0);
        for (int changes = 0; !set.equals(block.validators()); changes++) {
            if (changes == EvmProof.MAX_BRIDGES) return List.of();
            long high = firstOfAnotherSet(low, height, set);
            if (high == height) { // the block itself is where the set changed
                if (!block.isSealedBy(set)) row.clear();
                return row;
            }
            addBridge(row, high, height, set);
            low = high;
            set = validators(high);
        }
        return row;
    }

    /// Between a block of this set and one of another: the lowest of another that follows one of this set.
    private long firstOfAnotherSet(long ofThis, long ofAnother, Set<String> set)
            throws IOException, ProofBroken, ProofQuestions.Spent {
        long low = ofThis;
        long high = ofAnother;
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (validators(middle).equals(set)) low = middle;
            else high = middle;
        }
        return high;
    }

    /// The first block of the new set that enough of the old one have sealed, too. Where the old set has nearly
    /// gone, there is none, and no row leads over it.
    private void addBridge(List<byte[]> row, long changed, long below, Set<String> old)
            throws IOException, ProofBroken, ProofQuestions.Spent {
        var fresh = validators(changed);
        for (long at = changed; at < Math.min(changed + PATIENCE, below); at++) {
            var header = BlockJson.header(block(at));
            var block = header.flatMap(this::sealed);
            if (block.isEmpty()) continue;
            if (!block.get().validators().equals(fresh)) break;
            if (block.get().isSealedBy(old)) {
                row.add(questions.keep(header.get()));
                return;
            }
        }
        row.clear();
    }

    /// Empty if the seals do not hold: that says nothing of the next block.
    private Optional<BftBlock> sealed(byte[] header) {
        try {
            return Optional.of(BftBlock.of(dialect, BlockHeader.parse(header)));
        } catch (ProofBroken e) {
            return Optional.empty();
        }
    }

    private Set<String> validators(long height) throws IOException, ProofBroken, ProofQuestions.Spent {
        return dialect.validatorsNamedBy(Hex.bytes(BlockJson.text(block(height), "extraData")));
    }

    private JsonNode block(long height) throws IOException, ProofQuestions.Spent {
        var block = questions.ask("eth_getBlockByNumber", Hex.quantity(height), false);
        if (block.isNull()) throw new IOException("the node does not have block " + height);
        return block;
    }
}
