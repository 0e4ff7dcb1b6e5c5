package org.sealpost.anchor.evm;

import java.io.IOException;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.evidence.anchor.evm.ProofBroken;

/// Requests that take the nonce of one that hangs. Nothing is sent.
///
/// Belongs to one thread.
final class RequestReplacing {
    /// What any transaction costs.
    private static final long GAS_OF_NOTHING = 21_000;

    private final Endpoints endpoints;
    private final Standstill standstill;
    private final Account account;
    private final Address contract;
    private final Fees fees;
    private final RequestSigning signing;
    private final RequestSending sending;

    RequestReplacing(
            Endpoints endpoints,
            Standstill standstill,
            Account account,
            Address contract,
            Fees fees,
            RequestSigning signing,
            RequestSending sending) {
        this.endpoints = endpoints;
        this.standstill = standstill;
        this.account = account;
        this.contract = contract;
        this.fees = fees;
        this.signing = signing;
        this.sending = sending;
    }

    /// What the request carries is in its own bytes: the same goes again, at the same nonce.
    Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        var node = endpoints.used();
        try {
            var before = Transaction.parse(stuck.bytes());
            if (!account.hasSigned(before)) return ofAnother();
            boolean isRefused = sending.isRefusedForItsTerms(stuck);
            return isRefused && !node.chain().knows(stuck.id())
                    ? anew(node, before.transaction())
                    : dearer(node.chain(), node.chain().mustHave("latest"), before.transaction());
        } catch (ProofBroken | IllegalArgumentException e) {
            return new Preparation.Refused("the request is no transaction of this release: " + e.getMessage());
        } catch (IOException e) {
            throw endpoints.failed(node, e);
        }
    }

    /// Another call takes the nonce of a request whose bytes are gone.
    ///
    /// @param gas that the call needs
    Preparation replace(Node node, SignedRequest stuck, byte[] input, long gas) throws IOException, AnchorageSetback {
        return replace(node, stuck, contract, input, gas);
    }

    /// A transaction that does nothing, to the account itself, takes the nonce of a request whose bytes are gone.
    Preparation useUp(Node node, SignedRequest stuck) throws IOException, AnchorageSetback {
        return replace(node, stuck, account.address(), new byte[0], GAS_OF_NOTHING);
    }

    private Preparation replace(Node node, SignedRequest stuck, Address to, byte[] input, long gas)
            throws IOException, AnchorageSetback {
        var chain = node.chain();
        var before = chain.offered(stuck.id());
        if (before.isEmpty()) return new Preparation.Refused("the node does not have the request any more");
        if (!before.get().from().equals(account.address())) return ofAnother();
        var newest = chain.mustHave("latest");
        if (gas > newest.gasLimit()) return RequestSigning.noRoom(gas, newest);
        long nonce = stuck.nonce().orElseThrow();
        var fee = before.get().fee();
        var other = new Transaction(chain.chainId(), nonce, fee, RequestSigning.enough(gas, newest), to, input);
        return dearer(chain, newest, other);
    }

    private Preparation dearer(Chain chain, Chain.Block newest, Transaction transaction)
            throws IOException, AnchorageSetback {
        if (standstill.trouble().isPresent()) {
            return new Preparation.Refused("the chain stands still, and a dearer request would wait as long");
        }
        var fee = fees.dearer(transaction.fee(), chain, newest);
        if (fee.isEmpty()) return new Preparation.Refused("gas has no price there, so nothing is dearer");
        if (!fees.allows(fee.get())) {
            return new Preparation.Refused("it offers " + transaction.fee().most()
                    + " wei for a unit of gas already, and an eighth more is above max-fee");
        }
        chain.requireFunds(account.address(), fee.get(), transaction.gas());
        return new Preparation.Ready(signing.signed(transaction.withFee(fee.get())));
    }

    /// No pool takes it for its gas or its fee, so that neither waiting nor more money helps: with as much gas
    /// as it needs now, and at the price of now. That the chain stands still is no reason to wait, as some make
    /// blocks only for what is in a pool.
    private Preparation anew(Node node, Transaction refused) throws IOException, AnchorageSetback {
        long gas;
        try {
            gas = signing.simulateAsOfNewest(node, refused.input());
        } catch (RpcError e) {
            if (e.isRevert()) return new Preparation.Refused("made anew it would have no effect: " + e.getMessage());
            return signing.unnamed(node, e);
        }
        var newest = node.chain().mustHave("latest");
        if (gas > newest.gasLimit()) return RequestSigning.noRoom(gas, newest);
        gas = RequestSigning.enough(gas, newest);
        var fee = fees.now(node.chain(), newest);
        if (gas >= refused.gas() && fee.most().compareTo(refused.fee().most()) >= 0) {
            return new Preparation.Refused("made anew it would need no less gas and offer no less");
        }
        node.chain().requireFunds(account.address(), fee, gas);
        long nonce = refused.nonce();
        var anew = new Transaction(refused.chainId(), nonce, fee, gas, contract, refused.input());
        return new Preparation.Ready(signing.signed(anew));
    }

    private Preparation ofAnother() {
        return new Preparation.Refused("the request is of another account than " + account.address());
    }
}
