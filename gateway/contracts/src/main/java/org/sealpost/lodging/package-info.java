/// The rules by which every ledger takes heads (docs/relay.md §6), in Java, and what is offered by them. The local
/// ledger and the chaincode are kept by these very classes; the contract on EVM chains is held to the same answers
/// by one file of vectors.
@NullMarked
package org.sealpost.lodging;

import org.jspecify.annotations.NullMarked;
