package org.sealpost.anchor.evm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.IdentityDifference;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.DurableFile;

/// Brings a contract onto a chain, once: the build that asks the chain's P256VERIFY, or where there is
/// none, the one that brings its own arithmetic.
///
/// The pin file is text: first line `sealpost-evm-contract 1`, then `contract <40 hex>` and `creation <raw
/// transaction in hex>`. It is durable before the transaction is sent, and the address is known by then, so a
/// crash in between sends the same bytes again and never makes a second contract.
public final class EvmContract {
    private static final String FIRST_LINE = "sealpost-evm-contract 1";
    private static final byte[] NO_P256_VERIFY = Abi.selector("NoP256Verify()");
    private static final byte[] NOT_AN_ANCHOR = Abi.selector("NotAnAnchor()");

    /// EIP-7951.
    private static final Address P256_VERIFY = new Address("0".repeat(37) + "100");

    /// What it says yes to: digest, r, s and key of RFC 6979 A.2.5, "sample" by SHA-256.
    private static final byte[] SIGNED = HexFormat.of()
            .parseHex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf"
                    + "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                    + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
                    + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                    + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private EvmContract() {}

    /// The contract that the pin file names, after it was seen on the chain with the expected code; deploys it
    /// if there is no pin file. Blocks for a minute at most.
    ///
    /// @param pin where the address is kept
    /// @throws AnchorageSetback if the node is away, the account without funds, the pinned contract is not on
    /// this chain, or one that knows no rotation
    /// @throws IOException if the pin file cannot be read or written
    public static Address deployOnce(EvmConfig config, SigningKey accountKey, Path pin)
            throws AnchorageSetback, IOException {
        return deployOnce(config, accountKey, pin, Optional.empty());
    }

    /// The same for a box that may have been on a chain before: one that was made anew under the same chain id gets
    /// nothing, or whoever looks would find the contract there, and take the chain for the old one.
    ///
    /// @param reached who this box reached first; empty if nobody yet
    /// @throws AnchorageSetback also if no node is of that chain; nothing was sent then
    public static Address deployOnce(
            EvmConfig config, SigningKey accountKey, Path pin, Optional<AnchorIdentity> reached)
            throws AnchorageSetback, IOException {
        return deployOnce(config, accountKey, new SealpostContract.Heads(), pin, reached);
    }

    /// The same of the contract for publications, which asks the one for heads for keys. Its pin file is
    /// another one.
    ///
    /// @param heads   the contract for heads, which is on the chain
    /// @param reached who this box reached first, by its heads; empty if nobody yet
    /// @throws AnchorageSetback also if the pinned one asks another contract for keys, or no node is of that chain
    public static Address deployPublicationsOnce(
            EvmConfig config, SigningKey accountKey, Address heads, Path pin, Optional<AnchorIdentity> reached)
            throws AnchorageSetback, IOException {
        return deployOnce(config, accountKey, new SealpostContract.Publications(heads), pin, reached);
    }

    /// Where the contract for publications is pinned: beside the one for heads.
    public static Path publicationsPin(Path headsPin) {
        return headsPin.resolveSibling(headsPin.getFileName() + "-publications");
    }

    private static Address deployOnce(
            EvmConfig config,
            SigningKey accountKey,
            SealpostContract contract,
            Path pin,
            Optional<AnchorIdentity> reached)
            throws AnchorageSetback, IOException {
        var account = new Account(accountKey);
        try (var endpoints = new Endpoints(config, Optional.empty(), System::nanoTime)) {
            var known = Files.exists(pin) ? Optional.of(read(pin)) : Optional.<Creation>empty();
            // One that has it will do: whoever asks from then on knows the right chain, and leaves the others out.
            if (known.isPresent() && isAnywhere(endpoints.all(), contract, known.get(), reached))
                return known.get().contract();
            var node = endpoints.used();
            requireSame(node, reached);
            Creation pinned = known.isPresent() ? known.get() : make(config, node, account, contract, pin);
            if (!isThere(node, contract, pinned)) {
                requireOurs(contract, pinned, pin);
                create(config, node, contract, pinned, pin);
            }
            return pinned.contract();
        }
    }

    /// The contract that a pin file names; empty if there is no such file. Asks no chain, and deploys nothing.
    ///
    /// @throws IOException if the file cannot be read, or is another
    public static Optional<Address> pinned(Path pin) throws IOException {
        return creation(pin).map(Creation::contract);
    }

    /// The same with the transaction that made it, as the file has it.
    ///
    /// @throws IOException if the file cannot be read, or is another
    public static Optional<Creation> creation(Path pin) throws IOException {
        return Files.exists(pin) ? Optional.of(read(pin)) : Optional.empty();
    }

    /// Whether a pin file is of this release's contract for heads, or there is none. Asks no chain.
    ///
    /// @throws IOException if the file cannot be read, or is another
    public static boolean isOfThisRelease(Path pin) throws IOException {
        return !Files.exists(pin) || read(pin).isOfHeads();
    }

    private static Creation make(EvmConfig config, Node node, Account account, SealpostContract contract, Path pin)
            throws AnchorageSetback, IOException {
        Creation pinned;
        try {
            byte[] creation = creationFor(node.chain(), account, contract.creations());
            pinned = signed(node.chain(), account, creation, new Fees(config.maxFee()));
        } catch (RpcError e) {
            if (e.isRevertWith(NOT_AN_ANCHOR)) {
                throw new AnchorageSetback(
                        "the contract for heads is not on the chain yet, by node " + node.name()
                                + ", and the one for publications asks it for keys",
                        "none needed while the relay of heads brings it there; else look at its trouble",
                        e);
            }
            throw new AnchorageSetback(
                    "the contract cannot be deployed: " + e.getMessage(),
                    "look at the node's message; account " + account.address() + " must be able to pay",
                    e);
        } catch (IOException e) {
            throw node.unreachable(e);
        }
        write(pin, pinned);
        return pinned;
    }

    /// The build that the chain's own P256VERIFY makes cheap, unless it stops since there is none. Which one is
    /// pinned is for good, so another reason to stop, such as a contract for heads that is not there yet, is none
    /// to take the dear one. Where a node tells no reason, the chain is asked for P256VERIFY itself.
    private static byte[] creationFor(Chain chain, Account account, List<byte[]> creations) throws IOException {
        try {
            chain.estimateGas(account.address(), Optional.empty(), creations.getFirst());
            return creations.getFirst();
        } catch (RpcError e) {
            boolean tellsNothing = e.isRevert() && e.data().isEmpty();
            if (e.isRevertWith(NO_P256_VERIFY) || tellsNothing && !verifiesP256(chain)) return creations.getLast();
            throw e;
        }
    }

    /// Where there is no such precompile nothing answers, with nothing.
    private static boolean verifiesP256(Chain chain) throws IOException {
        byte[] answer =
                chain.view(P256_VERIFY, SIGNED, chain.mustHave("latest").place().height());
        return answer.length > 0 && answer[answer.length - 1] == 1;
    }

    private static Creation signed(Chain chain, Account account, byte[] input, Fees fees)
            throws AnchorageSetback, IOException {
        long gas = chain.estimateGas(account.address(), Optional.empty(), input);
        var newest = chain.mustHave("latest");
        gas = Math.min(gas + gas / 4, newest.gasLimit());
        var fee = fees.now(chain, newest);
        chain.requireFunds(account.address(), fee, gas);
        long nonce = chain.nonce(account.address(), newest.place().height());
        var creation = new Transaction(chain.chainId(), nonce, fee, gas, null, input);
        return new Creation(
                Address.created(account.address(), nonce), creation.signed(account.sign(creation.digest())));
    }

    private static void requireSame(Node node, Optional<AnchorIdentity> reached) throws AnchorageSetback {
        if (reached.isEmpty() || !(reached.get() instanceof AnchorIdentity.Evm was)) return;
        try {
            var genesis = node.chain().mustHave(Hex.quantity(0)).place().block();
            // Whether the contract is there is not asked yet.
            var found = new AnchorIdentity.Evm(node.chain().chainId(), genesis, was.contract(), was.code());
            if (found.equals(was)) return;
            throw new AnchorageSetback(
                            "node " + node.name() + " is of another chain than was reached first: "
                                    + IdentityDifference.words(found, was),
                            "nothing is sent to it: put the right node into urls; for a new chain begin with another"
                                    + " contract (docs/ledgers.md, Another contract)")
                    .untilSomebodyActs();
        } catch (IOException e) {
            throw node.unreachable(e);
        }
    }

    private static boolean isAnywhere(
            List<Node> nodes, SealpostContract contract, Creation pinned, Optional<AnchorIdentity> reached) {
        for (var node : nodes) {
            try {
                requireSame(node, reached);
                if (isThere(node, contract, pinned)) return true;
            } catch (AnchorageSetback e) {
                // Another may have it; what is wrong with this one is said where none has.
            }
        }
        return false;
    }

    private static boolean isThere(Node node, SealpostContract contract, Creation pinned) throws AnchorageSetback {
        try {
            byte[] code = node.chain().code(pinned.contract());
            if (code.length == 0) return false;
            contract.require(
                    node.chain(),
                    pinned.contract(),
                    code,
                    "this is not the chain on which it was deployed; check the node's address");
            return true;
        } catch (IOException e) {
            throw node.unreachable(e);
        }
    }

    private static void requireOurs(SealpostContract contract, Creation pinned, Path pin) throws AnchorageSetback {
        if (pinned.carriesOneOf(contract.creations())) return;
        throw new AnchorageSetback(
                pin + " names a contract of another release, which is not on this chain; nothing was sent",
                "check the node's address; to deploy the contract of this release, remove " + pin);
    }

    private static void create(EvmConfig config, Node node, SealpostContract contract, Creation pinned, Path pin)
            throws AnchorageSetback {
        Optional<IOException> refusal = Optional.empty();
        try {
            node.chain().send(pinned.transaction());
        } catch (IOException e) {
            // Whether it was taken shows below; what the node said is the explanation if it was not.
            refusal = Optional.of(e);
        }
        long end = System.nanoTime() + (refusal.isEmpty() ? PATIENCE : config.deadline()).toNanos();
        while (!isThere(node, contract, pinned)) {
            if (System.nanoTime() - end > 0) {
                throw new AnchorageSetback(
                        "the contract did not appear at " + pinned.contract()
                                + refusal.map(e -> ": " + e.getMessage()).orElse(""),
                        "if the chain was made anew or the account was used meanwhile, remove " + pin
                                + " to deploy a new contract");
            }
            pause();
        }
    }

    private static void pause() throws AnchorageSetback {
        try {
            Thread.sleep(BETWEEN_LOOKS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnchorageSetback("interrupted while waiting for the contract", "none needed", e);
        }
    }

    private static Creation read(Path pin) throws IOException {
        List<String> lines = Files.readAllLines(pin);
        if (lines.size() == 3
                && lines.get(0).equals(FIRST_LINE)
                && lines.get(1).matches("contract [0-9a-f]{40}")
                && lines.get(2).matches("creation (?:[0-9a-f]{2})+")) {
            return new Creation(
                    new Address(lines.get(1).substring(9)),
                    HexFormat.of().parseHex(lines.get(2).substring(9)));
        }
        throw new IOException(pin + " is not a pin file of a contract: expected the line \"" + FIRST_LINE
                + "\", then contract and creation");
    }

    private static void write(Path pin, Creation pinned) throws IOException {
        String text = FIRST_LINE + "\ncontract " + pinned.contract().hex() + "\ncreation "
                + HexFormat.of().formatHex(pinned.transaction()) + "\n";
        DurableFile.replace(pin, text.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
    }
}
