package com.tencent.mars.stn;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;

/** StnLogic of Mars' first releases. As much as it takes to compile against. */
public class StnLogic {
    /** What Mars is given to do. */
    public static class Task {
        public static final int ELong = 2;
        private static int last;

        public int taskID;
        public int channelSelect;
        public int cmdID;
        public String cgi;

        public Task(int channelSelect, int cmdID, String cgi, ArrayList<String> hosts) {
            taskID = ++last;
            this.channelSelect = channelSelect;
            this.cmdID = cmdID;
            this.cgi = cgi;
        }
    }

    public static void setCallBack(ICallBack callBack) {}

    public static void setClientVersion(int clientVersion) {}

    public static void setLonglinkSvrAddr(String host, int[] ports) {}

    public static void makesureLongLinkConnected() {}

    public static void startTask(Task task) {}

    /** What Mars asks of an app. */
    public interface ICallBack {
        boolean makesureAuthed();

        String[] onNewDns(String host);

        void onPush(int cmdid, byte[] data);

        boolean req2Buf(int taskID, Object userContext, ByteArrayOutputStream reqBuffer, int[] errCode, int channelSelect);

        int buf2Resp(int taskID, Object userContext, byte[] respBuffer, int[] errCode, int channelSelect);

        int onTaskEnd(int taskID, Object userContext, int errType, int errCode);

        void trafficData(int send, int recv);

        void reportConnectInfo(int status, int longlinkstatus);

        int getLongLinkIdentifyCheckBuffer(ByteArrayOutputStream identifyReqBuf, ByteArrayOutputStream hashCodeBuffer, int[] reqRespCmdID);

        boolean onLongLinkIdentifyResp(byte[] buffer, byte[] hashCodeBuffer);

        void requestDoSync();

        String[] requestNetCheckShortLinkHosts();

        boolean isLogoned();

        void reportTaskProfile(String taskString);
    }
}
