/// Seals, checkpoints, the evidence file, trust, and the verifier (docs/formats.md §4, §6, §8, §9).
///
/// The verifier judges bytes from strangers: everything it reads is strict and bounded, and it reports as proved only
/// what lies under a signature that it checked. It knows no gateway, no network and no client library of a chain;
/// whoever can ask a chain comes in as an [org.sealpost.evidence.AnchorCheck].
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence;
