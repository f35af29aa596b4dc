package dev.demitasse.store;

import java.util.ArrayList;
import java.util.List;

/** The chunks that a download fetches again, because the browser's storage has damaged or lost them. */
final class Repairs {
    private final List<String> chunks = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();

    /**
     * Records that a chunk is fetched again.
     *
     * @param isMissing whether the chunk is lost, and not damaged
     * @throws LostException if it is lost for the second time
     * @throws StoreException if no server has it, or it is damaged for the second time
     */
    void begin(ModelFile file, int index, boolean isMissing) {
        String name = file.describe(index);
        if (file.url(index).startsWith(Addresses.LOCAL)) {
            throw new StoreException(problem(name, isMissing)
                    + ", and no server has it: delete the model, and import its file again. The other chunks are kept");
        }
        if (isMissing) {
            if (lost.contains(name)) {
                throw new LostException();
            }
            lost.add(name);
        } else if (chunks.contains(name) && !lost.contains(name)) {
            throw new StoreException(problem(name, false)
                    + ", although it has just been fetched again: the device's disk may be failing");
        }
        if (!chunks.contains(name)) {
            chunks.add(name);
        }
    }

    /** Returns the exception for a chunk that can't be fetched again. */
    static RuntimeException failure(ModelFile file, int index, boolean isMissing, RuntimeException e) {
        String problem = problem(file.describe(index), isMissing);
        return e instanceof UnusableBytesException
                ? UnusableBytesException.replaced(problem)
                : new StoreException(problem + ", and can't be fetched again: " + e.getMessage());
    }

    private static String problem(String name, boolean isMissing) {
        return name + (isMissing ? " is missing from" : " is damaged in") + " the browser's storage";
    }

    /** Returns the chunks in the order in which they were found. */
    List<String> chunks() {
        return List.copyOf(chunks);
    }
}
