/// Puts the kinds of adapters together; each kind is a package of its own that knows no other.
@NullMarked
package org.sealpost.sensor.kinds;

import org.jspecify.annotations.NullMarked;
