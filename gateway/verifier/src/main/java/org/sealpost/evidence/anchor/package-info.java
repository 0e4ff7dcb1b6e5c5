/// Judges proofs of anchors, without any client library of a ledger: which kind is judged by which rules stands here,
/// the rules in the packages below.
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence.anchor;
