package dev.demitasse.bench.peers;

import dev.demitasse.e2e.Chromium;
import java.util.List;

/** A device on which the engines of a page compute. */
enum Device {
    CPU("cpu", List.of()),
    /** The WebGPU adapter that computes on the CPU. */
    SOFTWARE_GPU("webgpu", Chromium.SOFTWARE_WEBGPU),
    /** The GPU that WebGPU finds. */
    GPU("webgpu", List.of());

    private final String option;
    private final List<String> arguments;

    Device(String option, List<String> arguments) {
        this.option = option;
        this.arguments = arguments;
    }

    /** Returns the name of the device in the options of an engine. */
    String option() {
        return option;
    }

    /** Returns the arguments of Chromium. */
    List<String> arguments() {
        return Chromium.arguments(arguments);
    }

    /** Returns whether the device is the CPU, on which llama.cpp is measured too. */
    boolean isCpu() {
        return this == CPU;
    }
}
