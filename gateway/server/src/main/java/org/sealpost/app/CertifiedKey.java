package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenAct;
import org.sealpost.hsm.TokenListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a CA has issued by itself, as what an owner uploads: in force from then on, and in the log.
record CertifiedKey(SigningKey key, Token token, ControlLog control, TokenListener listener)
        implements Enroller.Issued {
    private static final Logger LOG = LoggerFactory.getLogger(CertifiedKey.class);

    @Override
    public void take(List<byte[]> chain) throws IOException {
        control.certificateAccepted(chain, Act.BOX);
        try {
            listener.told(new TokenAct.Enrolled(
                    token.description(),
                    Act.BOX,
                    key.spec().name(),
                    key.spki(),
                    chain.getFirst(),
                    chain.subList(1, chain.size())));
        } catch (UncheckedIOException e) {
            // That it is in force stands in the log all the same.
            LOG.warn("the enrolment: {}", e.getMessage());
        }
    }
}
