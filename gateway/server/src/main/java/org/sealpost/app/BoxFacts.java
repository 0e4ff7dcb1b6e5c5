package org.sealpost.app;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.admin.BoxState;
import org.sealpost.sensor.SensorState;

/// What Home shows that other parts of the wiring know. None of these may block.
///
/// @param lastGoodTime        the newest time that something vouched for
/// @param floorTime           it is not earlier than this, whatever the clock says; empty if nothing is known
/// @param sealingCertificates DER, the sealing key's first; empty if nobody certified it
/// @param tls                 of the pages; empty without TLS
record BoxFacts(
        Supplier<Optional<BoxState.GoodTime>> lastGoodTime,
        Supplier<Optional<Instant>> floorTime,
        Supplier<List<byte[]>> sealingCertificates,
        Supplier<Optional<X509Certificate>> tls,
        Supplier<BoxState.Software> software,
        Supplier<List<SensorState>> sensors) {}
