package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// Who keeps what goes into a collection of private data, as the organisations have committed it.
///
/// @param members      MSP ids of the organisations whose members its policy names
/// @param blocksToLive after so many blocks they delete it; 0 for never
record PrivateCollection(Set<String> members, long blocksToLive) {
    PrivateCollection {
        members = new TreeSet<>(members);
    }

    /// @return empty if there is none of this name
    static Optional<PrivateCollection> named(String name, CollectionConfigPackage all)
            throws InvalidProtocolBufferException {
        for (var each : all.getConfigList()) {
            var collection = each.getStaticCollectionConfig();
            if (collection.getName().equals(name)) return Optional.of(of(collection));
        }
        return Optional.empty();
    }

    private static PrivateCollection of(StaticCollectionConfig collection) throws InvalidProtocolBufferException {
        var policy = collection.getMemberOrgsPolicy().getSignaturePolicy();
        var members = new TreeSet<String>();
        for (var principal : policy.getIdentitiesList()) {
            if (principal.getPrincipalClassification() != MSPPrincipal.Classification.ROLE) continue;
            members.add(CountedFields.read(MSPRole.getDefaultInstance(), principal.getPrincipal())
                    .getMspIdentifier());
        }
        return new PrivateCollection(members, collection.getBlockToLive());
    }
}
