/// The MQTT handle of the door: versions 3.1.1 and 5, QoS 0 and 1, publishing only.
///
/// It is no broker: nothing is delivered to anybody, no session outlives its connection. Netty's codec sits in
/// the pipeline of a Vert.x server (docs/decisions/0001-mqtt.md). Refuses to know what a record means or where it
/// goes.
@NullMarked
package org.sealpost.capture.mqtt;

import org.jspecify.annotations.NullMarked;
