/// Checks, without any network, what proves that a head is lodged with a chaincode of Hyperledger Fabric
/// (docs/formats.md §23).
///
/// Knows no client library: it reads the few messages that it needs itself, strictly, and builds none of them
/// anew. Whose certificates count comes from the config blocks of the channel, and these from the trust store's
/// word.
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence.anchor.fabric;
