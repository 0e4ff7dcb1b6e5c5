package org.sealpost.sensor;

import java.util.List;

/// One kind of adapters: makes them, and finds what of this kind there is on this machine.
public interface AdapterKind {
    /// The word of the settings: `serial`.
    String name();

    /// An adapter that has not touched its device yet. The settings are of this kind.
    Adapter adapter(AdapterSettings settings);

    /// What there is, read in a moment and without disturbing it; empty if this kind cannot be looked for.
    List<Discovered> discover() throws Exception;
}
