/// Signing keys in hardware: a PKCS#11 token reached through `java.lang.foreign`, its keys, and its recovery.
///
/// Start at [Tokens#open]. Inside, a call travels [TokenKey] → [SigningQueue] → [Lane] → [Session] → [Cryptoki];
/// what goes wrong with a token is repaired by one thread per module library ([CryptokiModule]), and by nobody
/// else.
///
/// Knows nothing of records, trees or ledgers: it is handed bytes or digests and returns signatures.
@NullMarked
package org.sealpost.hsm;

import org.jspecify.annotations.NullMarked;
