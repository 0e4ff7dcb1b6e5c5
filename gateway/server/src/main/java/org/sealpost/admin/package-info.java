/// What people and tools ask a box over HTTP: records and their evidence, the log for those who follow it, health.
///
/// Reads the other packages' views and changes nothing.
@org.jspecify.annotations.NullMarked
package org.sealpost.admin;
