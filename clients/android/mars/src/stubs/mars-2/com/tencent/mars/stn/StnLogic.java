package com.tencent.mars.stn;

import java.util.ArrayList;

/** StnLogic of the Mars that has managers. As much as it takes to compile against. */
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

    /** How a task went. */
    public static class CgiProfile {}
}
