/// The Merkle tree of a log: hashes, proofs, tiles (RFC 9162 §2.1 with SHA-256 or SM3, C2SP tlog-tiles).
///
/// Knows nothing of records, signatures or files: it is given leaf hashes and hands back roots and paths. Whoever
/// checks a proof takes size and root from a signed place; nothing here can tell whether they did.
@org.jspecify.annotations.NullMarked
package org.sealpost.merkle;
