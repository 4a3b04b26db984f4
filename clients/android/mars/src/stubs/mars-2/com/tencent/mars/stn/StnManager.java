package com.tencent.mars.stn;

import java.io.ByteArrayOutputStream;

/** The manager of the Mars of now. As much as it takes to compile against. */
public class StnManager {
    /** What Mars asks of an app. */
    public interface CallBack {
        boolean makesureAuthed(String host, String userId);

        void trafficData(int send, int recv);

        String[] onNewDns(String host, boolean longlinkHost);

        void onPush(String channelId, int cmdId, int taskId, byte[] body, byte[] extend);

        boolean req2Buf(int taskId, Object userContext, String userId, ByteArrayOutputStream reqBuffer, int[] errCode, int channelSelect, String host);

        int buf2Resp(int taskId, Object userContext, String userId, byte[] respBuffer, int[] errCode, int channelSelect);

        int onTaskEnd(int taskId, Object userContext, int errType, int errCode, StnLogic.CgiProfile profile);

        void reportConnectStatus(int status, int longLinkstatus);

        void onLongLinkNetworkError(ErrCmdType errType, int errCode, String ip, int port);

        void onShortLinkNetworkError(ErrCmdType errType, int errCode, String ip, String host, int port);

        int getLongLinkIdentifyCheckBuffer(String channelId, ByteArrayOutputStream identifyReqBuf, ByteArrayOutputStream hashCodeBuffer, int[] reqRespCmdID);

        boolean onLongLinkIdentifyResponse(String channelId, byte[] buffer, byte[] hashCodeBuffer);

        void requestSync();

        void onLongLinkStatusChange(int status);

        void networkAnalysisCallBack(int status, int stage, boolean isDetectEnd, String kvInfo);

        String[] requestNetCheckShortLinkHosts();

        void reportTaskProfile(String taskString);
    }
}
