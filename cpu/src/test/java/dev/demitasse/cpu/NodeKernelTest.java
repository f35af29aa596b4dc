package dev.demitasse.cpu;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs the kernels in Node. */
class NodeKernelTest extends KernelTest {
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
