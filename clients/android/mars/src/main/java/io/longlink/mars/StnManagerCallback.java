package io.longlink.mars;

import com.google.protobuf.MessageLite;
import com.tencent.mars.stn.ErrCmdType;
import com.tencent.mars.stn.StnLogic;
import com.tencent.mars.stn.StnManager;
import io.longlink.client.Callback;
import io.longlink.client.Request;
import java.io.ByteArrayOutputStream;

/** Ties a {@link MarsLink} to the Mars of now, which has managers: give it to the {@code StnManager}. */
public class StnManagerCallback implements StnManager.CallBack {
    private final MarsLink link;

    public StnManagerCallback(MarsLink link) {
        this.link = link;
    }

    /** A task for {@code StnManager.startTask}: on the long link alone, and answered (M2). */
    public final <Q extends MessageLite, R extends MessageLite> StnLogic.Task task(
            Request<Q, R> request, Q message, Callback<R> callback) {
        StnLogic.Task task = new StnLogic.Task(StnLogic.Task.ELong, request.number(), "", null);
        link.add(task.taskID, request, message, callback);
        return task;
    }

    /** Who is not logged in yet is held by the server (L2): nothing has to wait here. */
    @Override
    public boolean makesureAuthed(String host, String userId) {
        return true;
    }

    @Override
    public boolean req2Buf(
            int taskId,
            Object context,
            String userId,
            ByteArrayOutputStream into,
            int[] errCode,
            int channel,
            String host) {
        return link.writeRequest(taskId, into);
    }

    @Override
    public int buf2Resp(int taskId, Object context, String userId, byte[] body, int[] errCode, int channel) {
        return link.readReply(taskId, body);
    }

    @Override
    public int onTaskEnd(int taskId, Object context, int errType, int errCode, StnLogic.CgiProfile profile) {
        link.taskEnded(taskId, errType, errCode);
        return 0;
    }

    @Override
    public void onPush(String channelId, int command, int taskId, byte[] data, byte[] extension) {
        link.readPush(command, data);
    }

    @Override
    public int getLongLinkIdentifyCheckBuffer(
            String channelId, ByteArrayOutputStream body, ByteArrayOutputStream hash, int[] reqRespCommand) {
        return link.writeIdentify(body, hash, reqRespCommand);
    }

    @Override
    public boolean onLongLinkIdentifyResponse(String channelId, byte[] body, byte[] hash) {
        return link.readIdentified(body);
    }

    /** Mars looks names up itself. */
    @Override
    public String[] onNewDns(String host, boolean isLongLink) {
        return new String[0];
    }

    @Override
    public String[] requestNetCheckShortLinkHosts() {
        return new String[0];
    }

    /** Pushes make it needless to ask (M9). */
    @Override
    public void requestSync() {}

    @Override
    public void trafficData(int sent, int received) {}

    @Override
    public void reportConnectStatus(int status, int longLinkStatus) {}

    @Override
    public void onLongLinkNetworkError(ErrCmdType type, int code, String ip, int port) {}

    @Override
    public void onShortLinkNetworkError(ErrCmdType type, int code, String ip, String host, int port) {}

    @Override
    public void onLongLinkStatusChange(int status) {}

    @Override
    public void networkAnalysisCallBack(int status, int stage, boolean isEnd, String details) {}

    @Override
    public void reportTaskProfile(String profile) {}
}
