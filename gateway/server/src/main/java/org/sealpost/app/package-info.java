/// `main`, the command line, the configuration file, and the wiring of all the rest.
///
/// Knows every package and is known by none.
@org.jspecify.annotations.NullMarked
package org.sealpost.app;
