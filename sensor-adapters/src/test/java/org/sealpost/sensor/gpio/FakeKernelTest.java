package org.sealpost.sensor.gpio;

class FakeKernelTest extends SystemCallsContract {
    private final FakeKernel kernel = new FakeKernel();

    @Override
    SystemCalls calls() {
        return kernel;
    }
}
