/// The chaincode of Hyperledger Fabric that keeps heads by the rules of all ledgers (docs/formats.md §25): a process of
/// its own beside a consortium's peers. It knows nothing of boxes, and nobody has to be trusted who calls it.
@NullMarked
package org.sealpost.chaincode;

import org.jspecify.annotations.NullMarked;
