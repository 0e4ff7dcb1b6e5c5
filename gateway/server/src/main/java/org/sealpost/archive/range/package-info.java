/// A range of a log as a file that is carried where no network goes, and the mirror that such files are added
/// to (docs/formats.md §19).
///
/// Knows nothing of gateways that run: whoever exports hands the log over, whoever imports names folders.
@org.jspecify.annotations.NullMarked
package org.sealpost.archive.range;
