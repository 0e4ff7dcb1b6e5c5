/// What the box's system offers the update agent over D-Bus: RAUC, which writes slots, and systemd,
/// which knows its units. It decides nothing.
@NullMarked
package org.sealpost.ota.rauc;

import org.jspecify.annotations.NullMarked;
