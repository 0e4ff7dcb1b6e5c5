package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.anchor.evm.BftBlock;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.BlockHeader;
import org.sealpost.evidence.anchor.evm.CliqueBlock;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.evidence.anchor.evm.ProofBroken;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// Makes what proves to others that the contract lodged a head (docs/formats.md §10), from what any
/// node tells, and checks it as a verifier would before it is given out.
///
/// Nothing is remembered between calls. One thread at a time.
final class EvmProofs {
    private static final byte[] LODGED = Keccak.hash("Lodged(bytes32,uint64,bytes32)");
    private static final int MAX_TRANSACTIONS = 4096;
    private static final String ASKED_AGAIN =
            "none needed: it is asked again; if this stays, the node's answers are wrong";

    private final ProofQuestions questions;
    private final Address contract;

    /// For one proof.
    EvmProofs(ProofQuestions questions, Address contract) {
        this.questions = questions;
        this.contract = contract;
    }

    /// @param chain where the contract lies
    /// @param place of the block in which the head was lodged
    /// @return empty if the node has that block no more; if its blocks are of a kind whose hashes nobody can
    ///         recompute; if too few blocks are on top of it yet; or if its block or its proof is larger, or took
    ///         longer, than this box spends on one
    /// @throws IOException      if the node does not answer
    /// @throws AnchorageSetback if its answers do not fit together, as while the chain is reorganised
    Optional<AnchorProof> of(AnchorIdentity.Evm chain, OriginId origin, long size, Hash root, Place place)
            throws IOException, AnchorageSetback {
        try {
            return made(chain, origin, size, root, place);
        } catch (ProofBroken | ProofQuestions.Spent e) {
            return Optional.empty();
        }
    }

    private Optional<AnchorProof> made(AnchorIdentity.Evm chain, OriginId origin, long size, Hash root, Place place)
            throws IOException, AnchorageSetback, ProofBroken, ProofQuestions.Spent {
        var block = questions.ask("eth_getBlockByHash", hex(place.block()), false);
        if (block.isNull()) return Optional.empty();
        var transactions = block.path("transactions");
        if (transactions.size() > MAX_TRANSACTIONS) return Optional.empty();
        var header = BlockJson.header(block);
        if (header.isEmpty()) return Optional.empty();
        var sealing = sealing(header.get(), place.block());
        if (sealing.isEmpty()) return Optional.empty();
        var receipts = receipts(transactions, origin, size, root, place);
        var trie = new ReceiptTrie(receipts.encoded);
        if (!trie.root().equals(BlockHeader.parse(header.get()).receiptsRoot())) return Optional.empty();
        var lodging = receipts.lodging.orElseThrow(() -> new AnchorageSetback(
                "block " + place.block() + " does not say that it lodged size " + size, ASKED_AGAIN));
        var proof = new EvmProof(
                sealing.get().consensus,
                header.get(),
                lodging.index,
                trie.proof(lodging.index),
                lodging.log,
                accountNodes(place),
                List.copyOf(sealing.get().bridges.keySet()),
                sealing.get().onTop);
        var encoded = proof.encode();
        if (encoded.length > AnchorProof.MAX_SIZE_BYTES) return Optional.empty();
        var whole = new AnchorProof(encoded, List.copyOf(sealing.get().bridges.values()));
        requireGood(whole, proof, sealing.get(), chain, origin, size, root);
        return Optional.of(whole);
    }

    /// How a block is sealed, and what shows it beside its own header.
    ///
    /// @param set     of a [BftDialect]: who the check is to trust
    /// @param bridges by SHA-256
    private record Sealing(int consensus, List<String> set, Map<Hash, byte[]> bridges, List<byte[]> onTop) {}

    /// Which consensus made the block is told by how its hash comes about; empty if no way that is known gives
    /// it, or those who are to seal on top of it have not yet.
    private Optional<Sealing> sealing(byte[] encoded, Hash hash) throws IOException, ProofBroken, ProofQuestions.Spent {
        var header = BlockHeader.parse(encoded);
        if (!header.hash().equals(hash)) {
            var dialect = BftDialect.of(header, hash);
            return dialect.isPresent() ? Optional.of(bft(dialect.get(), header)) : Optional.empty();
        }
        CliqueBlock block;
        try {
            block = CliqueBlock.of(header);
        } catch (ProofBroken e) {
            return Optional.of(new Sealing(EvmProof.NONE, List.of(), Map.of(), List.of()));
        }
        return onTop(header.number(), block).map(onTop -> new Sealing(EvmProof.CLIQUE, List.of(), Map.of(), onTop));
    }

    private Sealing bft(BftDialect dialect, BlockHeader header) throws IOException, ProofBroken, ProofQuestions.Spent {
        var block = BftBlock.of(dialect, header);
        var bridges = new LinkedHashMap<Hash, byte[]>();
        var row = new BftBridges(questions, dialect).to(header.number(), block);
        for (var bridge : row) bridges.put(sha256(bridge), bridge);
        var first = row.isEmpty() ? block : BftBlock.of(dialect, BlockHeader.parse(row.getFirst()));
        return new Sealing(dialect.number(), List.copyOf(first.validators()), bridges, List.of());
    }

    /// Each the next one, up to the first that is sealed by one of those below. Empty while that one is not
    /// there, or not on top of what was read before it: a proof with fewer than there will be would be kept for
    /// ever.
    private Optional<List<byte[]>> onTop(long height, CliqueBlock block) throws IOException, ProofQuestions.Spent {
        var signers = new HashSet<>(List.of(block.signer()));
        var onTop = new ArrayList<byte[]>();
        var below = block;
        while (onTop.size() < EvmValidators.MAX) {
            var json = questions.ask("eth_getBlockByNumber", Hex.quantity(height + 1 + onTop.size()), false);
            if (json.isNull()) return Optional.empty();
            var encoded = BlockJson.header(json);
            if (encoded.isEmpty()) break;
            try {
                var next = CliqueBlock.of(BlockHeader.parse(encoded.get()));
                if (!next.isOnTopOf(below)) return Optional.empty();
                if (!signers.add(next.signer())) break;
                below = next;
            } catch (ProofBroken e) {
                break;
            }
            onTop.add(questions.keep(encoded.get()));
        }
        return Optional.of(onTop);
    }

    /// @param log its place in the transaction's receipt
    private record Lodging(int index, int log) {}

    /// @param encoded of all transactions, as the trie holds them
    private record Receipts(List<byte[]> encoded, Optional<Lodging> lodging) {}

    /// Each is looked at as it comes, and only its bytes are kept.
    private Receipts receipts(JsonNode transactions, OriginId origin, long size, Hash root, Place place)
            throws IOException, AnchorageSetback, ProofQuestions.Spent {
        var data = ByteBuffer.allocate(2 * Hash.SIZE).putLong(24, size).put(Hash.SIZE, root.toBytes());
        var atOnce = receiptsAtOnce(place);
        if (!transactions.isArray()) throw new IOException("transactions: expected a list");
        boolean areAll = atOnce.isArray() && atOnce.size() == transactions.size();
        var encoded = new ArrayList<byte[]>();
        var lodging = Optional.<Lodging>empty();
        for (int index = 0; index < transactions.size(); index++) {
            var transaction = transactions.get(index);
            var receipt = areAll
                    ? atOnce.get(index)
                    : questions.ask("eth_getTransactionReceipt", JsonRpc.text(transaction, "transaction"));
            boolean belongs = receipt.path("transactionHash").equals(transaction)
                    && receipt.path("blockHash").asText().equals(hex(place.block()));
            if (!belongs) {
                throw new AnchorageSetback(
                        "the node has other receipts than those of block " + place.block(), ASKED_AGAIN);
            }
            encoded.add(questions.keep(BlockJson.receipt(receipt)));
            if (lodging.isEmpty()) lodging = lodging(index, receipt.path("logs"), origin, data.array());
        }
        return new Receipts(encoded, lodging);
    }

    /// None where the node has no such method, or all of them are more than an answer can have.
    private JsonNode receiptsAtOnce(Place place) throws ProofQuestions.Spent {
        try {
            return questions.ask("eth_getBlockReceipts", Hex.quantity(place.height()));
        } catch (IOException e) {
            return MissingNode.getInstance(); // then each is asked for, and a node that is away is noticed there
        }
    }

    private Optional<Lodging> lodging(int index, JsonNode logs, OriginId origin, byte[] data) throws IOException {
        for (int log = 0; log < logs.size(); log++) {
            var topics = logs.path(log).path("topics");
            if (topics.size() == 2
                    && has(logs.path(log).path("address"), contract.bytes())
                    && has(topics.path(0), LODGED)
                    && has(topics.path(1), origin.value().toBytes())
                    && has(logs.path(log).path("data"), data)) {
                return Optional.of(new Lodging(index, log));
            }
        }
        return Optional.empty();
    }

    private static boolean has(JsonNode text, byte[] expected) throws IOException {
        return Arrays.equals(Hex.bytes(JsonRpc.text(text, "log")), expected);
    }

    /// Empty where the node keeps no state of that block any more, or has no such method: then the proof does
    /// not tell the contract's code, and its reader must ask a node.
    private List<byte[]> accountNodes(Place place) throws IOException, ProofQuestions.Spent {
        var nodes = new ArrayList<byte[]>();
        try {
            var answer = questions.ask("eth_getProof", contract.toString(), List.of(), Hex.quantity(place.height()));
            for (var node : answer.path("accountProof")) nodes.add(Hex.bytes(JsonRpc.text(node, "accountProof")));
        } catch (RpcError e) {
            return List.of();
        }
        return nodes;
    }

    private static void requireGood(
            AnchorProof made,
            EvmProof proof,
            Sealing sealing,
            AnchorIdentity.Evm chain,
            OriginId origin,
            long size,
            Hash root)
            throws AnchorageSetback {
        var dialect = BftDialect.of(sealing.consensus);
        boolean leads = !sealing.bridges.isEmpty();
        var trusted = dialect.map(known -> new EvmValidators(chain.chainId(), known.consensus(), leads, sealing.set));
        var finding = EvmProof.check(
                made.bytes(),
                name -> Optional.ofNullable(sealing.bridges.get(name)),
                chain,
                origin.value(),
                size,
                root,
                trusted.stream().toList());
        boolean good = dialect.isPresent() && !proof.accountNodes().isEmpty()
                ? finding instanceof AnchorProofFinding.Proved
                : finding instanceof AnchorProofFinding.Incomplete;
        if (!good) throw new AnchorageSetback("what the node tells of a block proves nothing: " + finding, ASKED_AGAIN);
    }

    private static String hex(Hash hash) {
        return Hex.of(hash.toBytes());
    }

    static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
