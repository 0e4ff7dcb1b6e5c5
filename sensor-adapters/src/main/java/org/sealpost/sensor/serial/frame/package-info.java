/// What a frame on a serial line has to look like. It knows neither lines nor settings, so that both may know it.
@NullMarked
package org.sealpost.sensor.serial.frame;

import org.jspecify.annotations.NullMarked;
