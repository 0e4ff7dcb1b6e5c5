package org.sealpost.evidence.anchor.evm;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.AnchorFinding;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.TrustStore;
import org.sealpost.merkle.Hash;

/// Asks nodes that the user names whether the contract holds a root: `rootAt(bytes32 originId, uint64 size) returns
/// (bytes32 root, uint64 blockNumber)` (docs/formats.md §10), whether the block of the file's proof is there, and
/// how the contract was made. Not thread-safe.
public final class EvmAnchorCheck implements AnchorCheck, AutoCloseable {
    private static final byte[] ROOT_AT = Arrays.copyOf(
            Keccak256.of("rootAt(bytes32,uint64)".getBytes(StandardCharsets.US_ASCII))
                    .toBytes(),
            4);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final List<EvmNode> nodes;
    private final TrustStore trust;

    /// What a node could not tell once, it is not asked again: its timeout is paid for once a run.
    private final Map<EvmNode, NodeSilent> silent = new HashMap<>();

    /// What a node could not tell of the block of a proof, while it told all else: it is not asked for one again.
    private final Map<EvmNode, NodeSilent> silentOfBlocks = new HashMap<>();

    private final Map<EvmNode, Long> chainIds = new HashMap<>();
    private final Map<EvmNode, Hash> firstBlocks = new HashMap<>();
    private final Map<Asked, ContractCreation.Found> creations = new HashMap<>();

    private record Asked(EvmNode node, AnchorIdentity.Evm chain) {}

    /// @param urls  `http` or `https`
    /// @param trust which says what made a contract
    /// @throws IllegalArgumentException if one of the URLs is not
    public EvmAnchorCheck(List<URI> urls, TrustStore trust) {
        this(urls, trust, TIMEOUT);
    }

    EvmAnchorCheck(List<URI> urls, TrustStore trust, Duration timeout) {
        this.trust = trust;
        for (var url : urls) {
            boolean usable = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!usable || url.getHost() == null) throw new IllegalArgumentException("a node's URL is http or https");
        }
        client = HttpClient.newBuilder().connectTimeout(timeout).build();
        nodes = urls.stream().map(url -> new EvmNode(client, url, timeout)).toList();
    }

    @Override
    public AnchorFinding check(AnchorClaim anchor, boolean isProved, Hash originId, Head head) {
        if (!(anchor.identity() instanceof AnchorIdentity.Evm chain)) {
            return new AnchorFinding.NotChecked("not a chain that these nodes know");
        }
        var reason = "no node of chain " + chain.chainId() + " given";
        for (var node : nodes) {
            try {
                if (silent.containsKey(node)) throw silent.get(node);
                if (chainId(node) != chain.chainId()) continue;
                if (!firstBlock(node).equals(chain.genesis())) {
                    reason = "node " + node.name() + " serves another chain " + chain.chainId() + ": its block 0 is "
                            + firstBlock(node);
                    continue;
                }
                var found = ask(node, chain, anchor, isProved, originId, head);
                if (!(found instanceof AnchorFinding.NotChecked(var why))) return found;
                reason = why;
            } catch (NodeSilent e) {
                silent.put(node, e);
                reason = String.valueOf(e.getMessage());
            }
        }
        return new AnchorFinding.NotChecked(reason);
    }

    private AnchorFinding ask(
            EvmNode node, AnchorIdentity.Evm chain, AnchorClaim anchor, boolean isProved, Hash originId, Head head)
            throws NodeSilent {
        var block = anchor.proof().flatMap(EvmProof::block);
        // A number that nobody vouches for is as high as whoever wrote it likes, and no node would ever come to it.
        long proved = isProved ? block.map(EvmProof.Block::number).orElse(0L) : 0;
        var code = node.code(chain.contract());
        if (code.length == 0 && isBehind(node, proved)) return behind(node);
        if (!Keccak256.of(code).equals(chain.code())) {
            return new AnchorFinding.Contradicted(
                    "node " + node.name() + " has other code at the contract's address than the trust store names");
        }
        var creation = creations.computeIfAbsent(
                new Asked(node, chain), _ -> ContractCreation.look(node, chain, trust.creations(chain)));
        if (!creation.isRight()) return new AnchorFinding.Contradicted("node " + node.name() + " " + creation.words());
        var input = ByteBuffer.allocate(68).put(ROOT_AT).put(originId.toBytes()).putLong(60, head.size());
        var answer = node.call(chain.contract(), input.array());
        if (answer.length != 64) throw new NodeSilent("node " + node.name() + " answered rootAt in another form");
        var root = Hash.of(answer, 0);
        long lodged = ByteBuffer.wrap(answer, 56, 8).getLong();
        if (root.equals(Hash.of(new byte[Hash.SIZE]))) {
            if (isBehind(node, proved)) return behind(node);
            return new AnchorFinding.Contradicted("node " + node.name() + " knows no anchor of this size");
        }
        if (!root.equals(head.root())) {
            return new AnchorFinding.Contradicted(
                    "node " + node.name() + " has the root " + root + ", not " + head.root());
        }
        return new AnchorFinding.Confirmed("anchored in block " + Long.toUnsignedString(lodged)
                + ", checked against the node " + node.name() + " (whether that block is final is the node's word)"
                + block.map(told -> beside(node, told, lodged)).orElse("")
                + "; " + creation.words());
    }

    /// Whether what the node lacks may be in a block that it has not come to yet.
    ///
    /// @param proved the number of the block that has it, 0 if that is not proved
    private static boolean isBehind(EvmNode node, long proved) throws NodeSilent {
        if (node.isSyncing()) return true;
        // A node that has only just begun may not know yet that there is more.
        return Long.compareUnsigned(node.newestBlock(), Math.max(1, proved)) < 0;
    }

    private static AnchorFinding behind(EvmNode node) {
        return new AnchorFinding.NotChecked("node " + node.name() + " has not caught up with its chain");
    }

    /// How the block of the file's proof stands to that in which the contract says that it lodged the head. A chain
    /// that took the block back may have lodged the head again: then it holds it, and not where the file says.
    private String beside(EvmNode node, EvmProof.Block told, long lodged) {
        try {
            if (silentOfBlocks.containsKey(node)) throw silentOfBlocks.get(node);
            var there = node.blockIfThere(told.number());
            if (there.isEmpty()) {
                return "; whether it has the block of the file's proof is not known: node " + node.name()
                        + " has no block " + Long.toUnsignedString(told.number());
            }
            if (!there.get().equals(told.hash())) {
                return "; the file's proof is of another block " + told.number() + ", " + told.hash()
                        + ", which this node's chain does not have: it has " + there.get();
            }
        } catch (NodeSilent e) {
            silentOfBlocks.put(node, e);
            return "; whether it has the block of the file's proof is not known: " + e.getMessage();
        }
        return told.number() == lodged
                ? ", the very block of the file's proof"
                : "; the file's proof is of block " + told.number() + ", which this node's chain has, too";
    }

    private long chainId(EvmNode node) throws NodeSilent {
        var known = chainIds.get(node);
        if (known != null) return known;
        long id = node.chainId();
        chainIds.put(node, id);
        return id;
    }

    private Hash firstBlock(EvmNode node) throws NodeSilent {
        var known = firstBlocks.get(node);
        if (known != null) return known;
        var hash = node.block(0);
        firstBlocks.put(node, hash);
        return hash;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
