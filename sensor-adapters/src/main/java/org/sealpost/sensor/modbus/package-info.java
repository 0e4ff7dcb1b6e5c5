/// Machines that speak Modbus TCP: one value of one of them for each sensor, read by the clock.
@NullMarked
package org.sealpost.sensor.modbus;

import org.jspecify.annotations.NullMarked;
