package dev.demitasse.cpu;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests the CPU backend in Node. */
class NodeBackendTest extends CpuBackendContract {
    private static Node node;

    @BeforeAll
    static void start() {
        node = new Node();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Override
    protected RemoteKernelRuntime.Channel channel() {
        return node;
    }
}
