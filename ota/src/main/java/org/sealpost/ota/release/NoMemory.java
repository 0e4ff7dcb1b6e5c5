package org.sealpost.ota.release;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.TrustedStore;

/// What a box that was never updated knows besides its first root: nothing.
final class NoMemory implements TrustedStore {
    private final Map<Role, byte[]> files = new EnumMap<>(Role.class);

    @Override
    public Optional<byte[]> load(Role role) {
        return Optional.ofNullable(files.get(role));
    }

    @Override
    public void replace(Role role, byte[] file) {
        files.put(role, file);
    }

    @Override
    public void forget(Role role) {
        files.remove(role);
    }
}
