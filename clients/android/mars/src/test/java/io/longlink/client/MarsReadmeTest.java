package io.longlink.client;

import static org.junit.Assert.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** The page for apps on Mars is right. */
public class MarsReadmeTest {
    private static final String AROUND = "import com.google.protobuf.ByteString; import com.tencent.mars.stn.StnLogic;"
            + " import io.longlink.client.*; import io.longlink.mars.*; import io.longlink.v1.*; import java.util.*;"
            + " class Mars { static void onDestroy() {} static void onCreate(boolean first) {} static void init(Object a, Object b) {} }"
            + " abstract class Place { String epoch, token, device; long cursor; static Place load() { return null; }"
            + " abstract void loggedIn(HelloReply reply); abstract void store(List<Entry> entries); }"
            + " class Usage { static void showLogin() {} Object context, handler; Callback<SendReply> answer;"
            + " static %s void all() {\n%s\n} }";

    @Test
    public void what_the_page_says_compiles() throws Exception {
        List<String> blocks = Page.java("clients/android/mars/README.md");
        assertEquals(2, blocks.size());
        assertEquals(Collections.emptyList(), Page.errors("Usage", String.format(AROUND, blocks.get(0), blocks.get(1))));
    }
}
