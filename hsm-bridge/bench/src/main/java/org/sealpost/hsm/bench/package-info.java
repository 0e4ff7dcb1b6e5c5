/// What a signature costs through hsm-bridge, beside a C program that makes the same calls and beside other
/// wrappers.
///
/// Each contender is a process of its own ([SigningProcess], or `signer.c`) that signs with one key and
/// does what it is told; [Speed] tells them in turns, measures and reports. Figures are judged by people,
/// never by a test.
@NullMarked
package org.sealpost.hsm.bench;

import org.jspecify.annotations.NullMarked;
