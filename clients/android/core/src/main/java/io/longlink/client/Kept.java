package io.longlink.client;

import io.longlink.v1.HelloReply;
import java.io.IOException;

/** Skeleton. */
final class Kept {
    Kept(Storage storage) {}
    HelloReply login() throws IOException { return null; }
}
