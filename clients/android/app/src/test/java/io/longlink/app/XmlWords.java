package io.longlink.app;

import io.longlink.app.words.Words;
import java.io.File;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The words that go into the package, read from the files of which it is made. */
final class XmlWords extends Words {
    static final XmlWords EN = new XmlWords("", Locale.ENGLISH);
    static final XmlWords ZH = new XmlWords("-zh", Locale.SIMPLIFIED_CHINESE);

    final Map<String, String> all = new HashMap<>();
    private final Locale locale;

    private XmlWords(String suffix, Locale locale) {
        this.locale = locale;
        // The web client's words first, then the app's own over them.
        for (String folder : System.getenv("LONGLINK_WORDS").split(":")) {
            read(new File(folder, "values" + suffix + "/words.xml"));
        }
    }

    private void read(File file) {
        try {
            NodeList strings = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file)
                    .getElementsByTagName("string");
            for (int i = 0; i < strings.getLength(); i++) {
                Element string = (Element) strings.item(i);
                all.put(string.getAttribute("name"), string.getTextContent().replace("\\'", "'"));
            }
        } catch (Exception unreadable) {
            throw new AssertionError("cannot read " + file, unreadable);
        }
    }

    @Override
    protected String template(String name) {
        return all.get(name);
    }

    @Override
    public Locale locale() {
        return locale;
    }
}
