package io.longlink.client;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A storage in a folder of its own, a small file for each name. On Android take one below {@code getFilesDir()}, which
 * no other app can read, and leave it out of backups: the token in it is this device's. A file is on the disk before it
 * takes the place of the one of before; a power cut at that moment leaves the one or the other.
 */
public final class FileStorage implements Storage {
    private static final String PARTIAL = "~";

    private final File folder;

    /** The folder is made when it is first written to. */
    public FileStorage(File folder) {
        this.folder = folder;
    }

    @Override
    public synchronized byte[] read(String name) throws IOException {
        InputStream in;
        try {
            in = new FileInputStream(file(name));
        } catch (FileNotFoundException absent) {
            if (file(name).exists()) {
                throw absent;
            }
            return null;
        }
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] some = new byte[8192];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                all.write(some, 0, n);
            }
            return all.toByteArray();
        } finally {
            in.close();
        }
    }

    @Override
    public synchronized void write(String name, byte[] value) throws IOException {
        if (!folder.isDirectory() && !folder.mkdirs() && !folder.isDirectory()) {
            throw new IOException("cannot make the folder " + folder);
        }
        File partial = new File(folder, name + PARTIAL);
        FileOutputStream out = new FileOutputStream(partial);
        try {
            out.write(value);
            out.getFD().sync();
        } finally {
            out.close();
        }
        // Renaming takes the place of the old file in one step.
        if (!partial.renameTo(file(name))) {
            throw new IOException("cannot rename " + partial + " to " + name);
        }
    }

    @Override
    public synchronized void remove(String name) throws IOException {
        File file = file(name);
        if (!file.delete() && file.exists()) {
            throw new IOException("cannot remove " + file);
        }
    }

    @Override
    public synchronized List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        String[] found = folder.list();
        if (found == null) {
            if (folder.exists()) {
                throw new IOException("cannot list " + folder);
            }
            return names;
        }
        for (String name : found) {
            if (!name.endsWith(PARTIAL)) {
                names.add(name);
            }
        }
        return names;
    }

    private File file(String name) {
        return new File(folder, name);
    }
}
