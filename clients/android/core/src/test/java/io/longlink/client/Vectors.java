package io.longlink.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Map;

/** Reads proto/vectors, and makes messages of their fields: the lite ones know nothing of themselves, so by their methods. */
final class Vectors {
    private Vectors() {}

    static JsonArray list(String name) throws IOException {
        // Tests run in the repository's root, or are told where it is.
        File file = new File(System.getProperty("vectors", "proto/vectors"), name + ".json");
        try (Reader in = new FileReader(file)) {
            return JsonParser.parseReader(in).getAsJsonObject().getAsJsonArray(name);
        }
    }

    static byte[] bytes(JsonObject of, String member) {
        String hex = of.get(member).getAsString();
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    /** With {@code fill}, as often as it says. */
    static byte[] filled(byte[] start, JsonObject vector) {
        JsonObject fill = vector.getAsJsonObject("fill");
        if (fill == null) {
            return start;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(start, 0, start.length);
        byte[] piece = bytes(fill, "hex");
        for (int i = 0; i < fill.get("times").getAsInt(); i++) {
            all.write(piece, 0, piece.length);
        }
        return all.toByteArray();
    }

    /** A header's number, in the bits of an int. */
    static int number(JsonObject of, String member) {
        return (int) of.get(member).getAsLong();
    }

    static int limit(JsonObject vector) {
        return vector.has("limit") ? vector.get("limit").getAsInt() : Frame.LENGTH_MAX;
    }

    static Parser<?> parser(String message) throws ReflectiveOperationException {
        return (Parser<?>) type(message).getMethod("parser").invoke(null);
    }

    static MessageLite message(String message, JsonObject fields) throws ReflectiveOperationException {
        return message(type(message), fields);
    }

    private static Class<?> type(String message) throws ClassNotFoundException {
        return Class.forName("io.longlink.v1." + message);
    }

    private static MessageLite message(Class<?> type, JsonObject fields) throws ReflectiveOperationException {
        MessageLite.Builder builder = (MessageLite.Builder) type.getMethod("newBuilder").invoke(null);
        for (Map.Entry<String, JsonElement> field : fields.entrySet()) {
            String name = Character.toUpperCase(field.getKey().charAt(0)) + field.getKey().substring(1);
            if (field.getValue().isJsonArray()) {
                for (JsonElement one : field.getValue().getAsJsonArray()) {
                    set(builder, "add" + name, one);
                }
            } else {
                set(builder, "set" + name, field.getValue());
            }
        }
        return builder.build();
    }

    private static void set(MessageLite.Builder builder, String method, JsonElement value) throws ReflectiveOperationException {
        // An enum's number can be set where its name is not known.
        boolean isNumber = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        for (Method each : builder.getClass().getMethods()) {
            boolean takesOne = each.getParameterTypes().length == 1;
            boolean isEnum = takesOne && each.getParameterTypes()[0].isEnum();
            boolean isBuilder = takesOne && MessageLite.Builder.class.isAssignableFrom(each.getParameterTypes()[0]);
            boolean isIt = each.getName().equals(method) && !(isEnum && isNumber)
                    || each.getName().equals(method + "Value") && isNumber;
            if (takesOne && !isBuilder && isIt) {
                each.invoke(builder, value(each.getParameterTypes()[0], value));
                return;
            }
        }
        throw new NoSuchMethodException(builder.getClass() + "." + method);
    }

    private static Object value(Class<?> type, JsonElement value) throws ReflectiveOperationException {
        if (type == long.class) {
            return new BigInteger(value.getAsString()).longValue();
        } else if (type == int.class) {
            return (int) value.getAsLong();
        } else if (type == boolean.class) {
            return value.getAsBoolean();
        } else if (type == String.class) {
            return value.getAsString();
        } else if (type == ByteString.class) {
            return ByteString.copyFrom(Base64.getDecoder().decode(value.getAsString()));
        } else if (type.isEnum()) {
            return type.getMethod("valueOf", String.class).invoke(null, value.getAsString());
        }
        return message(type, value.getAsJsonObject());
    }
}
