package dev.demitasse.web.store;

import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

/** A folder of folders in the origin private file system. */
final class OpfsStorage implements Storage {
    private final Files.Directory folder;

    private OpfsStorage(Files.Directory folder) {
        this.folder = folder;
    }

    /** Null where the page has no such storage, as in private windows of some browsers. */
    static @Nullable OpfsStorage find(String kind) {
        Files.Manager manager = WorkerScope.getNavigator().getStorage();
        if (JSObjects.isUndefined(manager)) {
            return null;
        }
        try {
            Files.Directory root = Promises.await(manager.getDirectory());
            return new OpfsStorage(
                    Promises.await(root.getDirectoryHandle("demitasse-" + kind + "s", OpfsBox.options(true))));
        } catch (RuntimeException e) { // or there is no such method
            return null;
        }
    }

    @Override
    public Box open(String id) {
        return new OpfsBox(Promises.await(folder.getDirectoryHandle(id, OpfsBox.options(true))));
    }

    @Override
    public List<String> ids() {
        List<String> ids = new ArrayList<>();
        Files.Entries entries = folder.values();
        for (Files.Entry entry = Promises.await(entries.next());
                !entry.isDone();
                entry = Promises.await(entries.next())) {
            ids.add(entry.getValue().getName());
        }
        return ids;
    }

    @Override
    public void delete(String id) {
        OpfsBox.remove(folder, id);
    }
}
