package dev.demitasse.fuzz;

import dev.demitasse.gguf.SplitNames;
import dev.demitasse.store.Addresses;
import java.util.List;

/** Names of files and addresses. */
final class NameTarget extends Target {
    NameTarget() {
        super();
    }

    @Override
    protected void test(byte[] input) {
        String name = Input.text(input);
        List<String> names = SplitNames.of(name);
        if (names != null) {
            check(names.contains(name) && names.size() <= 9999, names.size());
            checkEqual(names, SplitNames.of(names.get(names.size() - 1)));
        }
        String path = Addresses.path(name);
        check(name.startsWith(path), path);
        check(path.startsWith(Addresses.folder(name)), path);
        check(path.contains(Addresses.name(name)), path);
        String sibling = Addresses.sibling(name, "b.gguf");
        checkEqual(Addresses.folder(name), Addresses.folder(sibling));
        checkEqual("b.gguf", Addresses.name(sibling));
    }

    @Override
    protected List<byte[]> seeds() {
        return Fuzzer.inputs(List.of(
                "a-00002-of-00003.gguf",
                "https://example.com/a/b-00001-of-00001.gguf?x=1#y",
                "local:m.gguf",
                "a/b/",
                ""));
    }

    @Override
    protected List<String> dictionary() {
        return List.of("-00001-of-", "00009", ".gguf", "local:", "https://", "?", "#", "/");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        // A model may have 9999 files.
        return 8_000_000 + 50_000L * inputLength;
    }
}
