/// Contacts at GPIO lines: Linux's GPIO character devices, as a provider of Pi4J, and the adapter on top of it.
///
/// From below: [SystemCalls] (open, ioctl, poll, read), [Layouts] (the kernel's structs), [Chip] and [Line]; then
/// [LineInput], which is Pi4J's digital input; then the adapter of kind "contact". It knows nothing of records.
@NullMarked
package org.sealpost.sensor.gpio;

import org.jspecify.annotations.NullMarked;
