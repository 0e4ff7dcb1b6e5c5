/// A unit of work that can be stepped, and what turns its crank.
///
/// It exists so that stages own no threads: in the product a [org.sealpost.stage.StageRunner] loops one, a test turns
/// the crank itself, and a simulation runs all of them on one thread. It refuses to know what any stage does.
@NullMarked
package org.sealpost.stage;

import org.jspecify.annotations.NullMarked;
