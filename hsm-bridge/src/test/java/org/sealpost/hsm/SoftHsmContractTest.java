package org.sealpost.hsm;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sealpost.hsm.RealModule.Ability;

/// The contract on SoftHSM2.
class SoftHsmContractTest extends TokenContract {
    static final List<KeyKind> KINDS = List.of(
            KeyKind.P256,
            KeyKind.SECP256K1,
            KeyKind.ED25519,
            KeyKind.P384,
            KeyKind.RSA_2048_PKCS1,
            KeyKind.RSA_2048_PSS);

    @Override
    RealModule module(Path folder) throws Exception {
        SoftHsm hsm = SoftHsm.create(folder);
        return new Plugged(hsm, hsm.token("box", 2));
    }

    private record Plugged(SoftHsm hsm, TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            return KINDS;
        }

        @Override
        public String manufacturer() {
            return "SoftHSM project";
        }

        @Override
        public Map<Ability, String> lacks() {
            return RealModule.because(
                    Ability.MOVES_BETWEEN_SLOTS, "the number of a token's slot is the end of its serial");
        }

        @Override
        public void pullOut() throws Exception {
            hsm.withdraw();
        }

        @Override
        public void plugIn() throws Exception {
            hsm.giveBack();
        }

        /// SoftHSM2 shows its tokens in the order of their serials; each of these is as likely to come first.
        @Override
        public void moveToAnotherSlot() throws Exception {
            for (int i = 0; i < 8; i++) {
                hsm.token("other" + i, 1);
            }
        }

        @Override
        public TokenConfig exchange() throws Exception {
            hsm.withdraw();
            return hsm.token("box", 2);
        }

        /// It has a flag for one or more.
        @Override
        public int wrongPins() throws Exception {
            return Workbench.label(config).isPinCountLow() ? 1 : 0;
        }

        @Override
        public Map<String, String> variables() {
            return Map.of("SOFTHSM2_CONF", hsm.configuration().toString());
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            return RealModule.pkcs11Tool(token, "--list-objects", "--type", "privkey");
        }

        @Override
        public void close() {}
    }
}
