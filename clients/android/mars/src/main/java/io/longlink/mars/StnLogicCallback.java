package io.longlink.mars;

import com.google.protobuf.MessageLite;
import com.tencent.mars.stn.StnLogic;
import io.longlink.client.Callback;
import io.longlink.client.Request;
import java.io.ByteArrayOutputStream;

/**
 * Ties a {@link MarsLink} to Mars up to 1.3: {@code StnLogic.setCallBack(new StnLogicCallback(link))}.
 *
 * <p>Two methods have got more parameters over the years. All their forms are here, without {@code @Override}, so that
 * this compiles with whichever Mars there is.
 */
public class StnLogicCallback implements StnLogic.ICallBack {
    private final MarsLink link;

    public StnLogicCallback(MarsLink link) {
        this.link = link;
    }

    /** A task for {@code StnLogic.startTask}: on the long link alone, and answered (M2). */
    public final <Q extends MessageLite, R extends MessageLite> StnLogic.Task task(
            Request<Q, R> request, Q message, Callback<R> callback) {
        StnLogic.Task task = new StnLogic.Task(StnLogic.Task.ELong, request.number(), "", null);
        link.add(task.taskID, request, message, callback);
        return task;
    }

    // Who is not logged in yet is held by the server (L2): nothing has to wait here.

    public boolean makesureAuthed() {
        return true;
    }

    public boolean makesureAuthed(String host) {
        return true;
    }

    public boolean makesureAuthed(String host, Object userContext) {
        return true;
    }

    public boolean req2Buf(int taskId, Object context, ByteArrayOutputStream into, int[] errCode, int channel) {
        return link.writeRequest(taskId, into);
    }

    public boolean req2Buf(
            int taskId, Object context, ByteArrayOutputStream into, int[] errCode, int channel, String host) {
        return link.writeRequest(taskId, into);
    }

    @Override
    public int buf2Resp(int taskId, Object context, byte[] body, int[] errCode, int channel) {
        return link.readReply(taskId, body);
    }

    @Override
    public int onTaskEnd(int taskId, Object context, int errType, int errCode) {
        link.taskEnded(taskId, errType, errCode);
        return 0;
    }

    @Override
    public void onPush(int command, byte[] data) {
        link.readPush(command, data);
    }

    @Override
    public int getLongLinkIdentifyCheckBuffer(
            ByteArrayOutputStream body, ByteArrayOutputStream hash, int[] reqRespCommand) {
        return link.writeIdentify(body, hash, reqRespCommand);
    }

    @Override
    public boolean onLongLinkIdentifyResp(byte[] body, byte[] hash) {
        return link.readIdentified(body);
    }

    /** Mars looks names up itself. */
    @Override
    public String[] onNewDns(String host) {
        return null;
    }

    @Override
    public String[] requestNetCheckShortLinkHosts() {
        return null;
    }

    @Override
    public boolean isLogoned() {
        return true;
    }

    /** Pushes make it needless to ask (M9). */
    @Override
    public void requestDoSync() {}

    @Override
    public void trafficData(int sent, int received) {}

    @Override
    public void reportConnectInfo(int status, int longLinkStatus) {}

    @Override
    public void reportTaskProfile(String profile) {}
}
