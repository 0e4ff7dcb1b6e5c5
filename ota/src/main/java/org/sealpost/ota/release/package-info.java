/// The release tool: makes, signs and publishes what boxes may install, on a laptop with a token.
///
/// It refuses to know how a box installs anything, and to hold a signing key of its own: root keys are encrypted files
/// that people keep apart, the others live in the token.
@NullMarked
package org.sealpost.ota.release;

import org.jspecify.annotations.NullMarked;
