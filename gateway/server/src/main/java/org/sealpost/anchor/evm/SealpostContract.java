package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.merkle.Hash;

/// Which of our contracts lies at an address: what makes it, and how it is told from others.
sealed interface SealpostContract {
    /// What transactions carry that create it: the build that needs P256VERIFY, then the one for chains
    /// without.
    List<byte[]> creations();

    /// For messages.
    String words();

    /// That it lies there.
    ///
    /// @param code      what lies there
    /// @param otherwise what to do where that is something else
    /// @return keccak-256 of its code
    Hash require(Chain chain, Address at, byte[] code, String otherwise) throws IOException, AnchorageSetback;

    /// Takes heads.
    record Heads() implements SealpostContract {
        @Override
        public List<byte[]> creations() {
            return List.of(AnchorCode.PRECOMPILED.creation(), AnchorCode.PLAIN.creation());
        }

        @Override
        public String words() {
            return "contract for heads";
        }

        @Override
        public Hash require(Chain chain, Address at, byte[] code, String otherwise) throws AnchorageSetback {
            return AnchorCode.require(at, code, otherwise);
        }
    }

    /// Takes publications, by the keys that a contract for heads knows.
    ///
    /// @param heads that contract
    record Publications(Address heads) implements SealpostContract {
        @Override
        public List<byte[]> creations() {
            return List.of(PublicationsCode.PRECOMPILED.creation(heads), PublicationsCode.PLAIN.creation(heads));
        }

        @Override
        public String words() {
            return "contract for publications";
        }

        /// Also that it asks these heads: whoever made it may have named any contract.
        @Override
        public Hash require(Chain chain, Address at, byte[] code, String otherwise)
                throws IOException, AnchorageSetback {
            var found = Hash.of(Keccak.hash(code));
            if (Arrays.stream(PublicationsCode.values())
                    .noneMatch(known -> known.hash().equals(found))) {
                String expected = Stream.of(PublicationsCode.values())
                        .map(known -> known.hash().hex())
                        .collect(Collectors.joining(" or "));
                throw new AnchorageSetback(
                        "the contract for publications at " + at + " has code " + found + ", expected " + expected,
                        otherwise);
            }
            long newest = chain.mustHave("latest").place().height();
            var asked = PublicationCalls.anchorAnswer(chain.view(at, PublicationCalls.anchor(), newest));
            if (!asked.equals(heads)) {
                throw new AnchorageSetback(
                        "the contract for publications at " + at + " asks the contract at " + asked
                                + " for keys, and heads go to the one at " + heads,
                        "configure the one that was deployed for this contract, or deploy another one");
            }
            AnchorCode.require(heads, chain.code(heads), otherwise);
            return found;
        }
    }

    /// One of them at its address.
    record At(Address address, SealpostContract contract) {
        Hash require(Chain chain, byte[] code, String otherwise) throws IOException, AnchorageSetback {
            return contract.require(chain, address, code, otherwise);
        }
    }
}
