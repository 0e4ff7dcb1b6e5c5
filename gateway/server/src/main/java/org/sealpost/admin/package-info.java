/// What people and tools ask a box over HTTP: records and their evidence, the log for those who follow it, health;
/// and the pages by which it comes to its owner and is watched.
///
/// Reads the other packages' views. What a page changes, the owner and the certificates, it changes through
/// `control`.
@org.jspecify.annotations.NullMarked
package org.sealpost.admin;
