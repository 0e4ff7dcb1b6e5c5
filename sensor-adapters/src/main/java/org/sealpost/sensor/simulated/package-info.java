/// A sensor that does not exist, for the demo and for trying what the box does with a bad one.
@NullMarked
package org.sealpost.sensor.simulated;

import org.jspecify.annotations.NullMarked;
