package io.longlink.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/** The page of usage is right. */
public class ReadmeTest {
    private static final String AROUND = "import io.longlink.client.*; import io.longlink.v1.*; import java.util.*;"
            + " abstract class Usage {"
            + " interface Database { void put(long id, Entry entry); void sent(String id, long at, long ms);"
            + " void failed(String id, String why); void clear(); }"
            + " Database database; Storage storage; String name; String password; java.util.concurrent.Executor mainThread;"
            + " java.io.InputStream certificates;"
            + " abstract void showLogin(); abstract void showBanner(String line); abstract void show(List<Entry> entries);"
            + " void all() throws Exception {\n%s\n} }";

    @Test
    public void what_the_page_of_usage_says_compiles() throws Exception {
        List<String> blocks = Page.java("clients/android/README.md");
        assertEquals(3, blocks.size());
        Matcher version = Pattern.compile("version = \"(.*)\"").matcher(Page.text("Cargo.toml"));
        assertTrue(version.find());
        assertTrue(Page.text("clients/android/README.md").contains("io.longlink:longlink-client:" + version.group(1) + "\""));
        String source = String.format(AROUND, String.join("\n", blocks));
        assertEquals(Collections.emptyList(), Page.errors("Usage", source));
        assertFalse(Page.errors("Usage", source.replace("Content.text", "Content.txt")).isEmpty());
    }
}
