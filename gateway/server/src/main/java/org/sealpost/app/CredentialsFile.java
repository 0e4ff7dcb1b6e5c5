package org.sealpost.app;

import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.admin.HealthView;
import org.sealpost.control.Clients;

/// How the file of credentials is, as a part of the box's health: a line that lets nobody in keeps nobody else out.
final class CredentialsFile {
    private CredentialsFile() {}

    static HealthView.Part part(Path file, Clients read) {
        if (read.leftOut().isEmpty()) return new HealthView.Part("clients", true, "", "", Optional.empty());
        return new HealthView.Part(
                "clients",
                false,
                "credentials file " + file + ", " + String.join("; ", read.leftOut()),
                "put the line right, or take it out, and start the gateway again; the other clients are let in",
                Optional.empty());
    }
}
