package org.sealpost.evidence.anchor.fabric;

import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.merkle.Hash;

/// The organisations of a channel, as one config block names them: which CAs make their peers' certificates.
final class Organisations {
    private static final int MAX_ENDORSEMENTS = 64;
    private static final String PEER = "peer";

    /// A certificate says one role (Fabric refuses more).
    private static final List<String> OTHER_ROLES = List.of("client", "admin", "orderer");

    /// Of the kind that has X.509 certificates.
    private static final int X509 = 0;

    private final SignatureBudget budget;

    /// As bytes, since a message that was read takes many times their room.
    private final Map<String, byte[]> configs = new HashMap<>();

    private final Map<String, Authorities> authorities = new HashMap<>();

    /// The same peers sign a transaction and the state after it.
    private final Map<Hash, Peer> peers = new HashMap<>();

    private record Peer(String organisation, P256Key key) {}

    /// @param endorser  the peer's identity
    /// @param signature DER
    record Endorsement(byte[] endorser, byte[] signature) {}

    /// @param msps their values of that name
    Organisations(List<ProtoMessage> msps, SignatureBudget budget) throws DoesNotHold {
        this.budget = budget;
        for (var msp : msps) {
            if (msp.number(1) != X509) continue;
            var config = msp.bytes(2);
            if (configs.put(read(config).text(1), config) != null)
                throw new DoesNotHold("an organisation stands there twice");
        }
    }

    private static ProtoMessage read(byte[] config) throws DoesNotHold {
        return ProtoMessage.amongOthers("an organisation's MSP", config);
    }

    /// The MSP ids of those whose peers signed the answer, in their order. Each endorsement must hold.
    ///
    /// @param what for messages
    Set<String> endorsers(String what, byte[] answer, List<Endorsement> endorsements) throws DoesNotHold {
        if (endorsements.isEmpty()) throw new DoesNotHold(what + " is endorsed by nobody");
        if (endorsements.size() > MAX_ENDORSEMENTS) {
            throw new DoesNotHold(what + " has more than " + MAX_ENDORSEMENTS + " endorsements");
        }
        var signers = new TreeSet<String>();
        for (var endorsement : endorsements) {
            var peer = peer(endorsement.endorser());
            Signatures.spend(budget);
            if (!Signatures.holds(peer.key, endorsement.signature(), answer, endorsement.endorser())) {
                throw new DoesNotHold("the endorsement of " + what + " by a peer of "
                        + Printable.escape(peer.organisation) + " does not hold");
            }
            signers.add(peer.organisation);
        }
        return signers;
    }

    private Peer peer(byte[] identity) throws DoesNotHold {
        var name = Sha256.of(identity);
        var known = peers.get(name);
        if (known != null) return known;
        var serialized = ProtoMessage.of("the identity of an endorser", identity, 1, 2);
        var id = serialized.text(1);
        var config = configs.get(id);
        if (config == null) throw new DoesNotHold("an endorser is of no organisation of the channel");
        var whose = "a peer of " + Printable.escape(id);
        var certificate = Signatures.certificate(serialized.bytes(2), whose);
        if (!isPeer(certificate)) throw new DoesNotHold("an endorser of " + Printable.escape(id) + " is not a peer");
        if (!authorities.containsKey(id)) authorities.put(id, Authorities.of(read(config)));
        authorities.get(id).checkPath(certificate, whose, budget);
        var peer = new Peer(id, Signatures.key(certificate, whose));
        peers.put(name, peer);
        return peer;
    }

    private static boolean isPeer(X509Certificate certificate) {
        // A CA's own certificate is no identity in Fabric.
        if (certificate.getBasicConstraints() >= 0) return false;
        try {
            var subject = new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
            boolean isPeer = false;
            for (var names : subject.getRdns()) {
                var units = names.toAttributes().get("OU");
                if (units == null) continue;
                if (OTHER_ROLES.stream().anyMatch(units::contains)) return false;
                isPeer |= units.contains(PEER);
            }
            return isPeer;
        } catch (InvalidNameException | IllegalArgumentException e) {
            return false;
        }
    }
}
