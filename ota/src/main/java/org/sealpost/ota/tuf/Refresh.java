package org.sealpost.ota.tuf;

/// What became of looking for newer metadata.
public sealed interface Refresh permits Trusted, Refused {}
