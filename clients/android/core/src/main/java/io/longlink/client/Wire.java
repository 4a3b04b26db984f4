package io.longlink.client;

/** One connection, made or on its way. Called on the loop, and tells its {@link Events} there. Nothing here blocks. */
interface Wire {
    /** What happens to a connection. Nothing is told after {@link Wire#close}. */
    interface Events {
        void opened();

        void heard(Frame frame);

        /** Some bytes came that are no whole frame yet. */
        void heardSome();

        /** Some of what was said has left. */
        void wroteSome();

        /** It is gone; the words say how. The last that is told. */
        void broke(String why);
    }

    /** Makes connections to one server, one after the other. */
    interface Dial {
        Wire dial(Events events);
    }

    /** Says a frame, behind what waits. */
    void say(Frame frame);

    /** So many bytes of what was said have not left yet. */
    int waiting();

    /** A frame that was heard has been dealt with: without this, not much more is read. */
    void taken(Frame frame);

    void close();
}
