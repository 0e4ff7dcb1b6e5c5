package org.sealpost.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.admin.HealthView;
import org.sealpost.hsm.Token;
import org.sealpost.stage.StageHealth;

/// Asks each part of the box how it is.
final class HealthOfParts implements HealthView {
    private final List<Supplier<List<Part>>> parts = new ArrayList<>();

    void token(Token token) {
        part(() -> {
            var health = token.health();
            if (health.isInsecure())
                return new Part("token", true, health.cause(), health.remedy(), Optional.of(health.since()));
            if (health.isReady()) return new Part("token", true, "", "", Optional.empty());
            return new Part(
                    "token",
                    false,
                    health.state() + ": " + health.cause(),
                    health.remedy(),
                    Optional.of(health.since()));
        });
    }

    /// @param remedy what helps when the stage fails and its cause alone does not tell
    void stage(String name, Supplier<StageHealth> stage, String remedy) {
        part(() -> {
            var health = stage.get();
            if (!health.failing()) return new Part(name, true, "", "", Optional.empty());
            return new Part(name, false, health.cause().orElse("unknown"), remedy, health.since());
        });
    }

    void part(Supplier<Part> part) {
        parts.add(() -> List.of(part.get()));
    }

    /// Parts that come and go.
    void parts(Supplier<List<Part>> several) {
        parts.add(several);
    }

    @Override
    public List<Part> parts() {
        return parts.stream().flatMap(some -> some.get().stream()).toList();
    }
}
