/// Enrolment over secure transport (EST, RFC 7030 with RFC 8951's corrections): certificates for keys in tokens,
/// from the owner's CA, and again before they expire. Start at [EstClient].
///
/// Trusts the CA certificates that the owner gave, for the server and for what it issues, and nothing else: not the
/// JDK's list, and not what the server says of itself.
@NullMarked
package org.sealpost.hsm.est;

import org.jspecify.annotations.NullMarked;
