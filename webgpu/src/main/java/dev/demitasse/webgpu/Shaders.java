package dev.demitasse.webgpu;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The texts of the WGSL files. */
public final class Shaders {
    /** The names of all files, without {@code .wgsl}: those of all variants of all kernels. */
    public static final List<String> FILES = allFiles();

    private final Map<String, String> texts;

    /**
     * Takes the texts of the files by name.
     *
     * @throws IllegalArgumentException if one of {@link #FILES} is missing
     */
    public Shaders(Map<String, String> texts) {
        for (String name : FILES) {
            if (!texts.containsKey(name)) {
                throw new IllegalArgumentException("the WGSL file " + name + ".wgsl is missing");
            }
        }
        this.texts = Map.copyOf(texts);
    }

    private static List<String> allFiles() {
        Set<String> files = new LinkedHashSet<>();
        for (KernelSource source : KernelSource.values()) {
            source.variants().forEach(files::addAll);
        }
        return List.copyOf(files);
    }

    /** Returns the WGSL of a module. */
    String join(List<String> files) {
        StringBuilder wgsl = new StringBuilder();
        files.forEach(file -> wgsl.append(texts.get(file)).append('\n'));
        return wgsl.toString();
    }
}
