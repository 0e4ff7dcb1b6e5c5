/// How a box renews itself: which release it may install, how it is installed, and whether it proved itself. It
/// knows nothing of records.
@NullMarked
package org.sealpost.ota;

import org.jspecify.annotations.NullMarked;
