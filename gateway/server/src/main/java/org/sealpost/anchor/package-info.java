/// What somebody outside says about our sealed heads: the one seam for all who can attest a head, and the relay that
/// brings heads there.
///
/// It exists so that a head is lodged once, whatever happens on the way: lost answers, crashes between any two
/// steps, reorganised or re-created chains. It refuses to know how an anchorage is reached (each kind has a
/// package of its own) and what the entries under a head are.
@NullMarked
package org.sealpost.anchor;

import org.jspecify.annotations.NullMarked;
