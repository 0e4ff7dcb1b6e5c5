/// Erases the bodies of records by order: hides them at once, removes their bytes from every file, and keeps by
/// whom, when and under which rule.
///
/// Knows nothing of who may give an order, nor of what else is derived from entries: whoever wires it says so.
@org.jspecify.annotations.NullMarked
package org.sealpost.archive.erasure;
