/// Measures and tortures the gateway from outside, as separate processes over the wire: a load generator, peers beside
/// which figures mean something, and a campaign that kills the real process.
///
/// Knows the gateway's contract on the wire and on the command line, and the verifier. Of its insides it knows the file
/// of credentials and, once the process has ended, the journal of its local ledger. Whatever stands here serves
/// measuring only and is no part of the product, above all not [BareServer].
@org.jspecify.annotations.NullMarked
package org.sealpost.bench;
