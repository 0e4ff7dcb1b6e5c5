package org.sealpost.hsm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sealpost.hsm.RealModule.Ability;

/// The contract on NSS's softokn, which is told by a reserved string where its databases lie.
class NssContractTest extends TokenContract {
    @Override
    RealModule module(Path folder) throws Exception {
        NssToken nss = NssToken.create(folder);
        return new Plugged(nss, folder, nss.token("box", 2));
    }

    private record Plugged(NssToken nss, Path folder, TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            return List.of(KeyKind.P256, KeyKind.P384, KeyKind.RSA_2048_PKCS1, KeyKind.RSA_2048_PSS);
        }

        @Override
        public String manufacturer() {
            return "Mozilla Foundation";
        }

        @Override
        public Map<Ability, String> lacks() {
            return RealModule.because(
                    Ability.NOTICES_LOSS, "it keeps its databases open, so that they are used though they were moved",
                    Ability.HAS_SERIALS, "all its tokens have the serial 0000000000000000",
                    Ability.MOVES_BETWEEN_SLOTS, "the database is always in slot 2",
                    Ability.COUNTS_WRONG_PINS, "it counts none, and never locks",
                    Ability.TELLS_WHERE_KEYS_WERE_MADE, "it says CKA_LOCAL false of every key");
        }

        @Override
        public void pullOut() throws Exception {
            Files.move(nss.databases(), pulledOut());
        }

        @Override
        public void plugIn() throws Exception {
            Files.move(pulledOut(), nss.databases());
        }

        /// There is one token in a folder, and one folder open in a process.
        @Override
        public void moveToAnotherSlot() throws Exception {
            pullOut();
            plugIn();
        }

        @Override
        public TokenConfig exchange() throws Exception {
            pullOut();
            Files.createDirectories(nss.databases());
            return nss.token("box", 2);
        }

        @Override
        public int wrongPins() throws Exception {
            return Workbench.label(config).isPinCountLow() ? 1 : 0;
        }

        @Override
        public Map<String, String> variables() {
            return Map.of();
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            Installed.requireProgram("certutil", "libnss3-tools");
            return List.of(
                    "certutil",
                    "-K",
                    "-d",
                    "sql:" + nss.databases(),
                    "-f",
                    token.pinFile().toString());
        }

        @Override
        public void close() {}

        private Path pulledOut() {
            return folder.resolve("pulled-out");
        }
    }
}
