/// EVM chains as an anchorage: JSON-RPC, transactions and calls, written out for the few we need.
///
/// It exists so that a chain's transactions are signed by a key in the token, with nothing but these few pages
/// between us and the wire. The client is the JDK's own, not Vert.x's: a relay waits for one answer after
/// another on its own virtual thread, and blocking calls in direct style are the plainest way to say that. It
/// refuses to know when a head is lodged, and what was tried before: that is the relay's.
@NullMarked
package org.sealpost.anchor.evm;

import org.jspecify.annotations.NullMarked;
