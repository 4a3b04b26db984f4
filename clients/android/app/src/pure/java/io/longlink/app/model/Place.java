package io.longlink.app.model;

/** Which log the phone keeps a part of, and which part. */
public final class Place {
    public static final Place NOWHERE = new Place("", 0, 0);

    /** The log's name. Empty: nothing is kept yet. */
    public final String epoch;
    /** Entries behind this one come by themselves; older ones are asked for as one scrolls. */
    public final long since;
    /** From here on the server keeps every entry; 0 if it never removed any (R1). */
    public final long keptFrom;

    public Place(String epoch, long since, long keptFrom) {
        this.epoch = epoch;
        this.since = since;
        this.keptFrom = keptFrom;
    }
}
