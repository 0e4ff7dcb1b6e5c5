/// Instruments and readers on serial lines that speak by themselves, in frames that the settings describe.
@NullMarked
package org.sealpost.sensor.serial;

import org.jspecify.annotations.NullMarked;
