package io.longlink.client;

import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The Java on a page for people, as a compiler sees it. */
final class Page {
    private Page() {}

    /** What stands in the page's fences for Java, in order. */
    static List<String> java(String page) throws Exception {
        List<String> found = new ArrayList<>();
        String[] parts = text(page).split("```");
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith("java\n")) {
                found.add(parts[i].substring("java\n".length()));
            }
        }
        return found;
    }

    static String text(String page) throws Exception {
        return new String(Files.readAllBytes(new File(page).toPath()), StandardCharsets.UTF_8);
    }

    /** What a compiler has to say against a class of this name, with the class path of now. */
    static List<String> errors(String name, String source) throws Exception {
        File classes = Files.createTempDirectory("page").toFile();
        try {
            return errors(name, source, classes);
        } finally {
            for (File one : classes.listFiles()) {
                Files.delete(one.toPath());
            }
            Files.delete(classes.toPath());
        }
    }

    private static List<String> errors(String name, String source, File classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> heard = new DiagnosticCollector<>();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreErrors) {
                return source;
            }
        };
        List<String> options = Arrays.asList("-proc:none", "-implicit:none", "-Xdiags:verbose", "-d", classes.getPath());
        compiler.getTask(null, null, heard, options, null, Collections.singletonList(file)).call();
        List<String> errors = new ArrayList<>();
        for (Diagnostic<?> one : heard.getDiagnostics()) {
            if (one.getKind() == Diagnostic.Kind.ERROR) {
                errors.add(one.toString());
            }
        }
        return errors;
    }
}
