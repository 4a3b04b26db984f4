package io.longlink.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.longlink.app.show.Mentions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Test;

/** The words are there, in both languages, and all that the code asks for. */
public class WordsTest {
    private static final Pattern HOLE = Pattern.compile("\\{\\w+\\}");
    private static final Pattern ASKED = Pattern.compile("(?:words\\.get|said|sayDone)\\(\\s*\"(\\w+)\"[,)]|words\\.count\\(\\s*\"(\\w+)\"");

    @Test
    public void bothLanguagesHaveTheSameWordsWithTheSameHoles() {
        TreeSet<String> english = new TreeSet<>(XmlWords.EN.all.keySet());
        // A name and an example of an address are the same in every language.
        english.remove("app_label");
        english.remove("server_addressHint");
        assertEquals(english, new TreeSet<>(XmlWords.ZH.all.keySet()));
        for (String name : english) {
            assertEquals(name, holes(XmlWords.EN.all.get(name)), holes(XmlWords.ZH.all.get(name)));
        }
    }

    private static TreeSet<String> holes(String text) {
        TreeSet<String> holes = new TreeSet<>();
        Matcher hole = HOLE.matcher(text);
        while (hole.find()) {
            holes.add(hole.group());
        }
        return holes;
    }

    @Test
    public void everythingThatIsAskedForByNameIsThere() throws IOException {
        int asked = 0;
        try (Stream<Path> files = Files.walk(Paths.get("clients/android/app/src/pure/java"))) {
            for (Path file : files.filter(one -> one.toString().endsWith(".java")).collect(Collectors.toList())) {
                Matcher name = ASKED.matcher(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
                while (name.find()) {
                    String words = name.group(1) == null ? name.group(2) + "_other" : name.group(1);
                    assertTrue(file + " asks for " + words, XmlWords.EN.has(words));
                    asked++;
                }
            }
        }
        assertTrue("found only " + asked, asked > 60);
    }

    @Test
    public void whatPeopleWriteIsNotTakenForAHole() {
        assertEquals("You: {name} {text}", XmlWords.EN.get("list_you", "text", "{name} {text}"));
        assertEquals("我：好", XmlWords.ZH.get("list_you", "text", "好"));
    }

    @Test
    public void aNameIsTypedBehindAnAtThatStandsByItself() {
        assertEquals("us", Mentions.typed("hello @us", 9));
        assertEquals("", Mentions.typed("@", 1));
        assertEquals(null, Mentions.typed("anna@example", 12));
        assertEquals("用", Mentions.typed("你好@用", 4));
        assertEquals(null, Mentions.typed("@us er", 6));
        assertEquals("hello @User02 ", Mentions.put("hello @us", 9, "User02"));
        assertEquals("@User02 and more", Mentions.put("@us and more", 3, "User02"));
    }
}
