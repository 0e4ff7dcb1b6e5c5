/// Sensors and machines, and what they say: readings, gaps, health. It knows nothing of records.
@NullMarked
package org.sealpost.sensor;

import org.jspecify.annotations.NullMarked;
