/// Signing keys in hardware: a PKCS#11 token reached through `java.lang.foreign`, its keys, and its recovery.
///
/// Knows nothing of records, trees or ledgers: it is handed bytes or digests and returns signatures.
@org.jspecify.annotations.NullMarked
package org.sealpost.hsm;
