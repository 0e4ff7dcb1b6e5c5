package org.sealpost.ota;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/// Where releases come from. An [IOException] says that it cannot be asked now.
interface ReleaseSource {
    /// Fetches and verifies what is offered there.
    ///
    /// @return [Outcome.Verified] or [Outcome.Refused]
    Outcome check(Offer.From from, UpdateAct.SourceSet settings, Instant now) throws IOException;

    /// Fetches the bundle on to the end of what is there.
    ///
    /// @throws BundleRefused if it is longer or shorter than described; one that is not there is waited for
    void fetch(Offer offer, UpdateAct.SourceSet settings, Path part, Staging.Transfer.Progress progress)
            throws IOException, BundleRefused;

    /// Whether a stick with releases is there.
    boolean hasStick();

    /// Keeps certificates in PEM by which a server is to be trusted.
    ///
    /// @return what is to be written down of the source: of the certificates their SHA-256
    /// @throws IllegalArgumentException with a sentence, if the address or the certificates are none
    UpdateAct.SourceSet keep(Order.Source order) throws IOException;

    /// The bundle will not come, whatever is tried again.
    final class BundleRefused extends Exception {
        private static final long serialVersionUID = 1;

        BundleRefused(String message) {
            super(message);
        }
    }
}
