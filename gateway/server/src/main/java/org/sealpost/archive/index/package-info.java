/// Finds records by what is known of them: their keys, their source, their time.
///
/// All of it is derived from the entries journal, lies in files that are written once, and may be deleted at
/// any time. Knows no clients and no rights: whoever asks says what may be shown.
@NullMarked
package org.sealpost.archive.index;

import org.jspecify.annotations.NullMarked;
