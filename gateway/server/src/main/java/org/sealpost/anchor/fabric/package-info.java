/// Hyperledger Fabric as an anchorage: a chaincode on a channel, reached by the gateways of peers, with the
/// identity's key in the token.
///
/// What a peer answers is a peer's word. What several organisations' peers signed goes into evidence,
/// checked by [org.sealpost.evidence.anchor.fabric] before it is given out.
@NullMarked
package org.sealpost.anchor.fabric;

import org.jspecify.annotations.NullMarked;
