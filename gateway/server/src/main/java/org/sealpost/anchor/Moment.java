package org.sealpost.anchor;

import java.time.Instant;

/// When something was heard.
///
/// @param wall for people: nothing is decided by it alone
/// @param nanos of a clock that only runs forward
record Moment(Instant wall, long nanos) {}
