/// Judges what a time-stamping authority said of a head (RFC 3161 with RFC 5816; docs/formats.md, "Proofs of anchors").
///
/// Knows no network and no library: the JDK checks signatures and certificates, and the little of ASN.1 that a token
/// is made of is read here, strictly, so that whoever has this jar alone can judge a token decades later (decision
/// 0042). Nobody is asked about revocation.
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence.anchor.tsa;
