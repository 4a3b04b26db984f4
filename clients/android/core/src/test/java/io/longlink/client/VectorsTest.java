package io.longlink.client;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;

/** The contract as data: proto/vectors. */
public class VectorsTest {
    @Test
    public void frames_are_read_and_written_as_the_vectors_say() throws Exception {
        JsonArray vectors = Vectors.list("frames");
        assertTrue(vectors.size() > 10);
        for (JsonElement element : vectors) {
            JsonObject vector = element.getAsJsonObject();
            String name = vector.get("name").getAsString();
            JsonObject header = vector.getAsJsonObject("header");
            byte[] bytes = Vectors.filled(Vectors.bytes(vector, "hex"), vector);
            int headLength = Vectors.number(header, "head_length");
            byte[] body = vector.has("fill")
                    ? Arrays.copyOfRange(bytes, headLength, bytes.length)
                    : Vectors.bytes(vector, "body");

            FrameReader whole = reader(Vectors.limit(vector), bytes);
            Frame frame = whole.next();
            assertEquals(name, Vectors.number(header, "client_version"), frame.clientVersion);
            assertEquals(name, Vectors.number(header, "cmd_id"), frame.command);
            assertEquals(name, Vectors.number(header, "seq"), frame.seq);
            assertEquals(name, Vectors.number(header, "body_length"), frame.body.length);
            assertArrayEquals(name, body, frame.body);
            assertEquals(name, 0, whole.rest().length);
            assertNull(name, reader(Vectors.limit(vector), Arrays.copyOf(bytes, bytes.length - 1)).next());
            if (headLength == Frame.HEADER_LENGTH) {
                assertArrayEquals(name, bytes, frame.toBytes());
            }
            if (vector.has("limit")) {
                refused(name, reader(Vectors.limit(vector) - 1, bytes), true);
            }
        }
    }

    @Test
    public void bad_frames_are_refused_by_their_header_and_not_before() throws Exception {
        JsonArray vectors = Vectors.list("bad_frames");
        assertTrue(vectors.size() > 5);
        for (JsonElement element : vectors) {
            JsonObject vector = element.getAsJsonObject();
            String name = vector.get("name").getAsString();
            byte[] bytes = Vectors.bytes(vector, "hex");
            FrameReader reader = reader(Vectors.limit(vector), Arrays.copyOf(bytes, 19));
            assertNull(name, reader.next());
            reader.add(new byte[] {bytes[19]}, 1);
            FrameException refused = refused(name, reader, vector.get("error").getAsString().equals("FRAME_TOO_LONG"));
            for (String value : vector.getAsJsonObject("values").keySet()) {
                String number = vector.getAsJsonObject("values").get(value).getAsString();
                assertTrue(name + ": " + refused.getMessage(), refused.getMessage().contains(number));
            }
        }
    }

    @Test
    public void streams_are_cut_anywhere_and_read_the_same() throws Exception {
        List<byte[]> clean = new ArrayList<>();
        List<JsonElement> ofClean = new ArrayList<>();
        for (JsonElement element : Vectors.list("streams")) {
            JsonObject vector = element.getAsJsonObject();
            byte[] bytes = Vectors.bytes(vector, "hex");
            streamed(vector, bytes, bytes.length);
            streamed(vector, bytes, 1);
            for (int cut = 1; cut < bytes.length; cut++) {
                streamed(vector, bytes, cut);
            }
            if (vector.has("rest") && vector.get("rest").getAsString().isEmpty()) {
                clean.add(bytes);
                vector.getAsJsonArray("frames").forEach(ofClean::add);
            }
        }
        FrameReader glued = new FrameReader(Frame.LENGTH_MAX);
        for (byte[] bytes : clean) {
            glued.add(bytes, bytes.length);
        }
        for (JsonElement expected : ofClean) {
            assertFrame("glued", expected.getAsJsonObject(), glued.next());
        }
        assertNull(glued.next());
        assertTrue(ofClean.size() > 10);
    }

    @Test
    public void bodies_are_read_and_written_as_the_vectors_say() throws Exception {
        int unreadable = 0;
        JsonArray vectors = Vectors.list("bodies");
        assertTrue(vectors.size() > 100);
        for (JsonElement element : vectors) {
            JsonObject vector = element.getAsJsonObject();
            byte[] bytes = Vectors.bytes(vector, "hex");
            String message = vector.get("message").getAsString();
            String name = vector.get("name").getAsString() + " (" + message + ")";
            if (vector.has("unreadable")) {
                unreadable++;
                continue;
            }
            MessageLite said = Vectors.message(message, vector.getAsJsonObject("fields"));
            MessageLite read = (MessageLite) Vectors.parser(message).parseFrom(bytes);
            if (!vector.has("canonical") || vector.get("canonical").getAsBoolean()) {
                assertEquals(name, said, read);
                assertArrayEquals(name, bytes, said.toByteArray());
            } else {
                // Unknown fields are kept by Java: what is known of it is equal.
                assertKnownEqual(name, said, read, bytes);
            }
        }
        assertTrue(unreadable > 0);
    }

    @Test
    public void conversations_say_in_bytes_what_they_say_in_fields() throws Exception {
        int frames = 0;
        for (JsonElement conversation : Vectors.list("conversations")) {
            String name = conversation.getAsJsonObject().get("name").getAsString();
            for (JsonElement element : conversation.getAsJsonObject().getAsJsonArray("steps")) {
                JsonObject step = element.getAsJsonObject();
                if (!step.has("frame")) {
                    continue;
                }
                JsonObject said = step.getAsJsonObject("frame");
                byte[] bytes = Vectors.bytes(step, "hex");
                Frame frame = reader(Frame.LENGTH_MAX, bytes).next();
                assertEquals(name, Vectors.number(said, "client_version"), frame.clientVersion);
                assertEquals(name, Vectors.number(said, "cmd_id"), frame.command);
                assertEquals(name, Vectors.number(said, "seq"), frame.seq);
                byte[] body = new byte[0];
                if (said.has("message")) {
                    JsonObject fields = said.has("fields") ? said.getAsJsonObject("fields") : new JsonObject();
                    body = Vectors.message(said.get("message").getAsString(), fields).toByteArray();
                }
                assertArrayEquals(name, body, frame.body);
                frames++;
            }
        }
        assertTrue("frames: " + frames, frames > 100);
    }

    private static void assertKnownEqual(String name, MessageLite said, MessageLite read, byte[] bytes) throws Exception {
        // Written behind one another, what was read last of each field wins; so it changes nothing that it says already.
        assertEquals(name, read, read.getParserForType().parseFrom(bytes));
        for (java.lang.reflect.Method getter : said.getClass().getMethods()) {
            boolean isField = getter.getName().startsWith("get") && getter.getParameterTypes().length == 0
                    && getter.getDeclaringClass() == said.getClass() && !java.lang.reflect.Modifier.isStatic(getter.getModifiers());
            if (isField) {
                assertEquals(name + " " + getter.getName(), getter.invoke(said), getter.invoke(read));
            }
        }
    }

    private static void streamed(JsonObject vector, byte[] bytes, int piece) throws Exception {
        String name = vector.get("name").getAsString() + " in pieces of " + piece;
        FrameReader reader = new FrameReader(Vectors.limit(vector));
        List<Frame> frames = new ArrayList<>();
        FrameException end = null;
        for (int from = 0; from < bytes.length && end == null; from += piece) {
            byte[] some = Arrays.copyOfRange(bytes, from, Math.min(from + piece, bytes.length));
            reader.add(some, some.length);
            try {
                for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                    frames.add(frame);
                }
            } catch (FrameException bad) {
                end = bad;
            }
        }
        JsonArray expected = vector.getAsJsonArray("frames");
        assertEquals(name, expected.size(), frames.size());
        for (int i = 0; i < frames.size(); i++) {
            assertFrame(name, expected.get(i).getAsJsonObject(), frames.get(i));
        }
        if (vector.has("error")) {
            assertEquals(name, vector.get("error").getAsString().equals("FRAME_TOO_LONG"), end.isTooLong);
        } else {
            assertNull(name, end);
            assertArrayEquals(name, Vectors.bytes(vector, "rest"), reader.rest());
        }
    }

    private static void assertFrame(String name, JsonObject expected, Frame frame) {
        assertEquals(name, Vectors.number(expected, "client_version"), frame.clientVersion);
        assertEquals(name, Vectors.number(expected, "cmd_id"), frame.command);
        assertEquals(name, Vectors.number(expected, "seq"), frame.seq);
        assertArrayEquals(name, Vectors.bytes(expected, "body"), frame.body);
    }

    private static FrameReader reader(int limit, byte[] bytes) {
        FrameReader reader = new FrameReader(limit);
        reader.add(bytes, bytes.length);
        return reader;
    }

    private static FrameException refused(String name, FrameReader reader, boolean isTooLong) {
        try {
            reader.next();
        } catch (FrameException bad) {
            assertEquals(name, isTooLong, bad.isTooLong);
            return bad;
        }
        fail(name + " was read");
        return null;
    }
}
