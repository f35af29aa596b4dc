package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSBoolean;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** The origin private file system (File System standard) and its quota (Storage standard). */
public final class Files {
    private Files() {}

    /** {@code StorageManager}. */
    public interface Manager extends JSObject {
        JSPromise<Directory> getDirectory();

        JSPromise<Estimate> estimate();

        JSPromise<JSBoolean> persisted();
    }

    /** {@code StorageEstimate}, in bytes. */
    public interface Estimate extends JSObject {
        @JSProperty
        double getUsage();

        @JSProperty
        double getQuota();
    }

    /** Options of the methods below. */
    public interface Options extends JSObject {
        @JSProperty
        void setCreate(boolean create);

        @JSProperty
        void setRecursive(boolean recursive);

        @JSProperty
        void setAt(double position);

        /** Sets the mode: {@code read-only} for a shared handle. Browsers that don't know it open an exclusive one. */
        @JSProperty
        void setMode(String mode);
    }

    /** {@code FileSystemHandle}. */
    public interface Handle extends JSObject {
        /** Returns {@code file} or {@code directory}. */
        @JSProperty
        String getKind();

        @JSProperty
        String getName();
    }

    /** {@code FileSystemDirectoryHandle}. */
    public interface Directory extends Handle {
        JSPromise<Directory> getDirectoryHandle(String name, Options options);

        JSPromise<FileHandle> getFileHandle(String name, Options options);

        JSPromise<JSObject> removeEntry(String name, Options options);

        Entries values();
    }

    /** An asynchronous iterator. */
    public interface Entries extends JSObject {
        JSPromise<Entry> next();
    }

    /** The result of an iteration step. */
    public interface Entry extends JSObject {
        @JSProperty
        boolean isDone();

        @JSProperty
        Handle getValue();
    }

    /** {@code FileSystemFileHandle}. */
    public interface FileHandle extends Handle {
        JSPromise<Blob> getFile();

        JSPromise<AccessHandle> createSyncAccessHandle();

        JSPromise<AccessHandle> createSyncAccessHandle(Options options);

        /** Renames the file and replaces any file with this name. */
        JSPromise<JSObject> move(String name);
    }

    /** {@code FileSystemSyncAccessHandle}. */
    public interface AccessHandle extends JSObject {
        double getSize();

        /** Reads bytes; returns their number. */
        int read(Uint8Array target, Options options);

        /** Writes bytes; returns their number. */
        int write(Uint8Array bytes, Options options);

        void truncate(double size);

        void flush();

        void close();
    }
}
