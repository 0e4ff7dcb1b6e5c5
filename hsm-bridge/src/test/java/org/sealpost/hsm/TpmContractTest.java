package org.sealpost.hsm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sealpost.hsm.RealModule.Ability;

/// The contract on tpm2-pkcs11 over a TPM in software.
class TpmContractTest extends TokenContract {
    @Override
    RealModule module(Path folder) throws Exception {
        TpmToken tpm = TpmToken.create(folder);
        return new Plugged(tpm, folder, tpm.token("box"));
    }

    private record Plugged(TpmToken tpm, Path folder, TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            return List.of(KeyKind.P256, KeyKind.P384, KeyKind.RSA_2048_PKCS1, KeyKind.RSA_2048_PSS);
        }

        @Override
        public String manufacturer() {
            return "IBM";
        }

        @Override
        public Map<Ability, String> lacks() {
            return RealModule.because(
                    Ability.HAS_SERIALS, "all its tokens have the same serial",
                    Ability.MOVES_BETWEEN_SLOTS, "the number of a token's slot is that of its row in the store",
                    Ability.MAKES_LOOSE_KEYS, "a key never leaves the chip, and it refuses to promise anything else");
        }

        @Override
        public void pullOut() {
            tpm.pullOut();
        }

        @Override
        public void plugIn() throws Exception {
            tpm.plugIn();
        }

        @Override
        public void moveToAnotherSlot() throws Exception {
            for (String label : List.of("a", "other", "z")) {
                tpm.token(label);
            }
        }

        @Override
        public TokenConfig exchange() throws Exception {
            // In the first one's place, where other processes look, too.
            Files.move(tpm.store(), folder.resolve("first"));
            Files.createDirectories(tpm.store());
            return tpm.token("box");
        }

        @Override
        public int wrongPins() throws Exception {
            return tpm.failedTries();
        }

        @Override
        public Map<String, String> variables() {
            return tpm.variables();
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            return RealModule.pkcs11Tool(token, "--list-objects", "--type", "privkey");
        }

        @Override
        public void close() {
            tpm.proceed();
            tpm.close();
        }
    }
}
