/// The door: takes records from whoever hands them over, makes them durable, and only then says so.
///
/// The handles (`.http`, `.mqtt`, ...) decode and authenticate; [Intake] decides, appends and answers. It refuses
/// to know what becomes of an entry afterwards: who seals it, where it is anchored, who reads it.
@NullMarked
package org.sealpost.capture;

import org.jspecify.annotations.NullMarked;
