package org.sealpost.hsm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A library that signs on the thread that asks: as many threads as sessions, each with a signer of its
/// own.
final class BlockingWay implements Way {
    private final List<Callable<byte[]>> signers;
    private final ExecutorService others;

    BlockingWay(List<Callable<byte[]>> signers) {
        this.signers = List.copyOf(signers);
        this.others = Executors.newFixedThreadPool(signers.size());
    }

    @Override
    public byte[] one() throws Exception {
        return signers.getFirst().call();
    }

    @Override
    public byte[] many(int count) throws Exception {
        if (signers.size() == 1) {
            return times(signers.getFirst(), count);
        }
        var each = new ArrayList<Callable<byte[]>>();
        for (int i = 0; i < signers.size(); i++) {
            Callable<byte[]> signer = signers.get(i);
            int share = count / signers.size() + (i < count % signers.size() ? 1 : 0);
            each.add(() -> times(signer, share));
        }
        byte[] last = {};
        for (var done : others.invokeAll(each)) {
            last = done.get().length > 0 ? done.get() : last;
        }
        return last;
    }

    private static byte[] times(Callable<byte[]> signer, int count) throws Exception {
        byte[] last = {};
        for (int i = 0; i < count; i++) {
            last = signer.call();
        }
        return last;
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
