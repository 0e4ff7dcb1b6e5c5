/// Asks a node of an EVM chain whether a head is anchored there, over plain JSON-RPC.
///
/// Knows no client library and trusts no answer further than it must: the chain is told by its block 0 and the
/// contract by the hash of its code, both from the trust store; answers are bounded in size and time.
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence.anchor.evm;
