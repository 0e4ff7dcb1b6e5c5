/// The HTTP handle of the door: decodes, authenticates, hands over, and says what became of it.
///
/// Refuses to know what a record means or where it goes. Errors are RFC 9457 problems that name the field, the
/// limit and the remedy.
@NullMarked
package org.sealpost.capture.http;

import org.jspecify.annotations.NullMarked;
