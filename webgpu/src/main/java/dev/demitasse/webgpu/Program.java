package dev.demitasse.webgpu;

import java.util.ArrayList;
import java.util.List;

/** Dispatches in their order. What they are is fixed; how many workgroups they have follows from the batch. */
final class Program {
    /** Workgroups of a dispatch; 0 leaves it out. */
    interface Grid {
        int workgroups(int count, int position);
    }

    /** One dispatch. */
    private record Line(Device.Pipeline pipeline, Device.BindGroup group, Grid grid) {}

    private final List<Line> lines = new ArrayList<>();

    void add(Device.Pipeline pipeline, Device.BindGroup group, Grid grid) {
        lines.add(new Line(pipeline, group, grid));
    }

    /** Dispatches, with those that are left out. */
    int size() {
        return lines.size();
    }

    void run(Device device, int count, int position) {
        run(device, 0, size(), count, position);
    }

    void run(Device device, int from, int to, int count, int position) {
        for (Line line : lines.subList(from, to)) {
            int workgroups = line.grid.workgroups(count, position);
            if (workgroups > 0) {
                device.dispatch(line.pipeline, line.group, workgroups);
            }
        }
    }
}
