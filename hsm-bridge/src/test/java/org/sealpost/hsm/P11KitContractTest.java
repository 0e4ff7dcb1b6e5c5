package org.sealpost.hsm;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sealpost.hsm.RealModule.Ability;

/// The contract on a p11-kit server over SoftHSM2, whose end is the plug being pulled.
class P11KitContractTest extends TokenContract {
    @Override
    RealModule module(Path folder) throws Exception {
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig direct = hsm.token("box", 2);
        P11KitServer server = P11KitServer.start(hsm);
        return new Plugged(hsm, server, server.through(direct));
    }

    private record Plugged(SoftHsm hsm, P11KitServer server, TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            // Its protocol leaves out mechanisms that it does not know, CKM_EDDSA among them.
            return SoftHsmContractTest.KINDS.stream()
                    .filter(kind -> kind != KeyKind.ED25519)
                    .toList();
        }

        @Override
        public String manufacturer() {
            return "SoftHSM project";
        }

        @Override
        public Map<Ability, String> lacks() {
            return Map.of();
        }

        @Override
        public void pullOut() {
            server.kill();
        }

        @Override
        public void plugIn() throws Exception {
            server.restart();
        }

        /// Its slots are numbered in the order in which SoftHSM2 shows them: by serial.
        @Override
        public void moveToAnotherSlot() throws Exception {
            server.kill();
            long before = Workbench.slotNumber(direct());
            for (int i = 0; i < 64 && Workbench.slotNumber(direct()) >= before; i++) {
                hsm.token("other" + i, 1);
            }
            server.restart();
        }

        @Override
        public TokenConfig exchange() throws Exception {
            server.kill();
            hsm.withdraw();
            TokenConfig another = hsm.token("box", 2);
            server.restart();
            return server.through(another);
        }

        @Override
        public int wrongPins() throws Exception {
            return Workbench.label(config).isPinCountLow() ? 1 : 0;
        }

        @Override
        public Map<String, String> variables() {
            return Map.of("P11_KIT_SERVER_ADDRESS", server.address());
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            return RealModule.pkcs11Tool(token, "--list-objects", "--type", "privkey");
        }

        @Override
        public void close() {
            server.proceed();
            server.close();
        }

        private TokenConfig direct() {
            return new TokenConfig(
                    SoftHsm.module().orElseThrow(),
                    config.label(),
                    config.serial(),
                    config.reserved(),
                    config.pinFile(),
                    config.sessions());
        }
    }
}
