/// Checks anchors on EVM chains: by what their blocks prove (`EvmProof`), and by asking a node
/// (`EvmAnchorCheck`).
///
/// Knows no client library and trusts no answer further than it must: the chain is told by its block 0 and the
/// contract by the hash of its code, both from the trust store; answers are bounded in size and time.
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence.anchor.evm;
