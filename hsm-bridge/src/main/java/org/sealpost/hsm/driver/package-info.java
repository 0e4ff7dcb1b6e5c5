/// The driver process: a vendor's library in a JVM of its own, so that its crash or its hang is not ours.
///
/// In the parent [RemoteToken] is the token that callers see, and [Supervisor] starts the process, watches it, and
/// replaces it; one life of it is a [Life]. In the child [Main] runs a [DriverServer] before a token in that process.
/// Both ends speak [Message]s over a [Connection]; docs/hsm.md has the protocol.
///
/// Knows nothing of PKCS#11: what a token is and how it recovers is the token's own business, on the other side.
@NullMarked
package org.sealpost.hsm.driver;

import org.jspecify.annotations.NullMarked;
