/// The command line of the verifier: `verify FILE`. Needs the verifier's jar and a JDK, nothing of a gateway.
@org.jspecify.annotations.NullMarked
package org.sealpost.evidence.command;
