package io.longlink.client;

import com.tencent.mars.stn.StnLogic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks an app as Mars does, and speaks with the real server as it does: identify first, tasks by their number. */
final class FakeMars implements AutoCloseable {
    private static final int SEQ_IDENTIFY = 0xFFFFFFFE;
    private static final int VERSION = 200;

    private final StnLogic.ICallBack app;
    private final int port;
    private final Map<Integer, StnLogic.Task> tasks = new LinkedHashMap<>();
    /** The bodies of requests as they went out, in order. */
    final List<byte[]> asked = new ArrayList<>();
    private Socket socket;
    private FrameReader frames;

    FakeMars(StnLogic.ICallBack app, int port) {
        this.app = app;
        this.port = port;
    }

    /** A connection: it identifies, and all tasks that have not ended go out again. */
    void connect() throws IOException {
        close();
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(60_000);
        frames = new FrameReader(Frame.LENGTH_MAX);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteArrayOutputStream hash = new ByteArrayOutputStream();
        int[] command = new int[1];
        if (app.getLongLinkIdentifyCheckBuffer(body, hash, command) == 0) {
            say(command[0], SEQ_IDENTIFY, body.toByteArray());
        }
        for (StnLogic.Task task : tasks.values()) {
            ask(task);
        }
    }

    void start(StnLogic.Task task) throws IOException {
        tasks.put(task.taskID, task);
        ask(task);
    }

    /** Mars gives a task up. */
    void fail(StnLogic.Task task) {
        tasks.remove(task.taskID);
        app.onTaskEnd(task.taskID, null, 4, -10090);
    }

    private void ask(StnLogic.Task task) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (!app.req2Buf(task.taskID, null, body, new int[1], StnLogic.Task.ELong, "")) {
            throw new AssertionError("nothing to ask for task " + task.taskID);
        }
        asked.add(body.toByteArray());
        say(task.cmdID, task.taskID, body.toByteArray());
    }

    private void say(int command, int seq, byte[] body) throws IOException {
        socket.getOutputStream().write(new Frame(VERSION, command, seq, body).toBytes());
    }

    /** Hears one frame, and hands it on. Gives what the app made of it: of a reply, what Buf2Resp returned. */
    int hear() throws Exception {
        Frame frame = frames.next();
        InputStream in = socket.getInputStream();
        byte[] piece = new byte[4096];
        while (frame == null) {
            int n = in.read(piece);
            if (n < 0) {
                throw new IOException("the server closed the connection");
            }
            frames.add(piece, n);
            frame = frames.next();
        }
        if (frame.clientVersion != VERSION) {
            throw new AssertionError("a Mars client refuses version " + frame.clientVersion);
        }
        if (frame.seq == SEQ_IDENTIFY) {
            return app.onLongLinkIdentifyResp(frame.body, new byte[0]) ? 0 : -1;
        } else if (frame.seq == Frame.SEQ_PUSH) {
            app.onPush(frame.command, frame.body);
            return 0;
        }
        int result = app.buf2Resp(frame.seq, null, frame.body, new int[1], StnLogic.Task.ELong);
        if (tasks.remove(frame.seq) != null && result == 0) {
            app.onTaskEnd(frame.seq, null, 0, 0);
        }
        return result;
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }
}
