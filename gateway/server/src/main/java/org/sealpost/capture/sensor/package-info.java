/// The door for what the box itself feels: readings and gaps of sensors become records.
///
/// Knows no adapter and no device; what a sensor says, and when one is silent, is for [org.sealpost.sensor] to tell.
@NullMarked
package org.sealpost.capture.sensor;

import org.jspecify.annotations.NullMarked;
