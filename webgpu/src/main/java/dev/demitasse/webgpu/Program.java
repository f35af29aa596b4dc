package dev.demitasse.webgpu;

import java.util.ArrayList;
import java.util.List;

/** A sequence of dispatches. Pipelines and bind groups are fixed; the number of workgroups follows from the batch. */
final class Program {
    /** Computes the number of workgroups of a dispatch; 0 skips it. */
    interface Grid {
        int workgroups(int count, int position);
    }

    private static final class Dispatch {
        final Device.Pipeline pipeline;
        final Device.BindGroup group;
        final Grid grid;

        Dispatch(Device.Pipeline pipeline, Device.BindGroup group, Grid grid) {
            this.pipeline = pipeline;
            this.group = group;
            this.grid = grid;
        }
    }

    private final List<Dispatch> dispatches = new ArrayList<>();

    void add(Device.Pipeline pipeline, Device.BindGroup group, Grid grid) {
        dispatches.add(new Dispatch(pipeline, group, grid));
    }

    /** Returns the number of dispatches, including those that a batch may skip. */
    int size() {
        return dispatches.size();
    }

    /** Adds all dispatches for a batch to the device's pass. */
    void run(Device device, int count, int position) {
        run(device, 0, size(), count, position);
    }

    /** Adds the dispatches from {@code from} to {@code to - 1} for a batch to the device's pass. */
    void run(Device device, int from, int to, int count, int position) {
        for (Dispatch dispatch : dispatches.subList(from, to)) {
            int workgroups = dispatch.grid.workgroups(count, position);
            if (workgroups > 0) {
                device.dispatch(dispatch.pipeline, dispatch.group, workgroups);
            }
        }
    }
}
