package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sealpost.hsm.RealModule.Ability;

/// The contract on openCryptoki's soft token, which locks its PIN for good at the third wrong one.
class OpenCryptokiContractTest extends TokenContract {
    @Override
    RealModule module(Path folder) throws Exception {
        OpenCryptoki ock = OpenCryptoki.create(folder);
        try {
            return new Plugged(ock, ock.token("box", 2));
        } catch (IOException | RuntimeException unusable) {
            ock.close();
            throw unusable;
        }
    }

    private record Plugged(OpenCryptoki ock, TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            // Version 3.8: the soft token has no elliptic curves.
            return List.of(KeyKind.RSA_2048_PKCS1, KeyKind.RSA_2048_PSS);
        }

        @Override
        public String manufacturer() {
            return "IBM Corp.";
        }

        @Override
        public Map<Ability, String> lacks() {
            return RealModule.because(
                    Ability.NOTICES_LOSS, "it needs its daemon to be initialised, and not afterwards",
                    Ability.HAS_SERIALS, "all its soft tokens have the serial 123");
        }

        @Override
        public void pullOut() throws Exception {
            ock.stop();
        }

        @Override
        public void plugIn() throws Exception {
            ock.start();
        }

        @Override
        public void moveToAnotherSlot() throws Exception {
            ock.moveToSlot(5);
        }

        @Override
        public TokenConfig exchange() throws Exception {
            ock.becomeAnotherStore();
            return ock.token("box", 2);
        }

        @Override
        public int wrongPins() throws Exception {
            TokenLabel label = Workbench.label(config);
            // Three, and it is locked for good.
            return label.isPinLocked() ? 3 : label.isFinalTry() ? 2 : label.isPinCountLow() ? 1 : 0;
        }

        @Override
        public Map<String, String> variables() {
            return Map.of();
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            return RealModule.pkcs11Tool(token, "--list-objects", "--type", "privkey");
        }

        @Override
        public void close() throws Exception {
            ock.close();
        }
    }
}
