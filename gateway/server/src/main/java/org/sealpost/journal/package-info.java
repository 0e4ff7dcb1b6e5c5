/// A durable, append-only log of bytes: segments on a disk, groups that one force made durable, entries by index.
///
/// It exists so that "taken" can be said truthfully and cheaply. What it promises: a forced entry is found again
/// after a killed process or a power cut, under the same index and with the same bytes; no reader sees an entry before
/// it is forced; damage is told from the ordinary torn end of a file, and refused. The bytes and the rule of recovery
/// are specified in `docs/formats.md`.
///
/// It refuses to know what an entry means, who reads it, and when it may be deleted.
@NullMarked
package org.sealpost.journal;

import org.jspecify.annotations.NullMarked;
