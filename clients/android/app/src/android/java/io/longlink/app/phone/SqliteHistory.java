package io.longlink.app.phone;

import android.content.ContentValues;
import android.content.Context;
import android.database.Cursor;
import android.database.sqlite.SQLiteDatabase;
import android.database.sqlite.SQLiteOpenHelper;
import io.longlink.app.model.Amendment;
import io.longlink.app.model.Change;
import io.longlink.app.model.History;
import io.longlink.app.model.Named;
import io.longlink.app.model.Place;
import io.longlink.app.model.Talk;
import io.longlink.app.model.Unsent;
import io.longlink.v1.Entry;
import java.util.ArrayList;
import java.util.List;

/** The history on the phone's disk, in SQLite: one file for each account. */
final class SqliteHistory implements History {
    private final SQLiteOpenHelper helper;
    private final Context context;
    private final String file;

    SqliteHistory(Context context, String file) {
        this.context = context;
        this.file = file;
        helper = new Schema(context, file);
    }

    @Override
    public Saved load() {
        SQLiteDatabase database = helper.getWritableDatabase();
        Place place = Place.NOWHERE;
        try (Cursor row = database.rawQuery("SELECT epoch, since, kept_from FROM place", null)) {
            if (row.moveToNext()) {
                place = new Place(row.getString(0), row.getLong(1), row.getLong(2));
            }
        }
        List<Talk> talks = new ArrayList<>();
        try (Cursor row = database.query("talks", null, null, null, null, null, null)) {
            while (row.moveToNext()) {
                talks.add(Rows.talk(row));
            }
        }
        List<Named> names = new ArrayList<>();
        try (Cursor row = database.query("names", null, null, null, null, null, null)) {
            while (row.moveToNext()) {
                names.add(Rows.named(row));
            }
        }
        List<Unsent> unsent = new ArrayList<>();
        try (Cursor row = database.query("unsent", null, null, null, null, null, "written")) {
            while (row.moveToNext()) {
                unsent.add(Rows.unsent(row));
            }
        }
        return new Saved(place, talks, names, unsent);
    }

    @Override
    public void write(Change change) {
        SQLiteDatabase database = helper.getWritableDatabase();
        database.beginTransaction();
        try {
            put(database, change);
            database.setTransactionSuccessful();
        } finally {
            database.endTransaction();
        }
    }

    private static void put(SQLiteDatabase database, Change change) {
        if (change.startOver) {
            database.delete("entries", null, null);
            database.delete("talks", null, null);
            database.delete("place", null, null);
        }
        if (change.forgetNames) {
            database.delete("names", null, null);
        }
        if (change.place != null) {
            database.delete("place", null, null);
            database.insertOrThrow("place", null, Rows.values(change.place));
        }
        for (Change.Stored one : change.entries.values()) {
            Entry before = find(database, one.peer, one.entry.getQueueId());
            // What is here may have been changed since that one was read.
            if (before == null || before.getChangedBy() <= one.entry.getChangedBy()) {
                replace(database, "entries", Rows.values(one.peer, one.entry));
            }
        }
        for (Amendment amendment : change.amendments) {
            amend(database, amendment);
        }
        for (Talk talk : change.talks.values()) {
            replace(database, "talks", Rows.values(talk));
        }
        for (Named named : change.names.values()) {
            replace(database, "names", Rows.values(named));
        }
        for (Unsent unsent : change.unsent.values()) {
            // Written once more it keeps its place among the others.
            ContentValues values = Rows.values(unsent);
            String[] id = {unsent.clientMsgId()};
            if (database.update("unsent", values, "client_msg_id = ?", id) == 0) {
                database.insertOrThrow("unsent", null, values);
            }
        }
        for (String clientMsgId : change.sent) {
            database.delete("unsent", "client_msg_id = ?", new String[] {clientMsgId});
        }
    }

    private static void amend(SQLiteDatabase database, Amendment amendment) {
        String[] id = {String.valueOf(amendment.target)};
        try (Cursor row = database.rawQuery("SELECT peer, entry FROM entries WHERE queue_id = ?", id)) {
            if (row.moveToNext()) {
                Entry after = amendment.on(Rows.entry(row.getBlob(1)));
                replace(database, "entries", Rows.values(row.getLong(0), after));
            }
        }
    }

    private static void replace(SQLiteDatabase database, String table, ContentValues values) {
        database.insertWithOnConflict(table, null, values, SQLiteDatabase.CONFLICT_REPLACE);
    }

    @Override
    public List<Entry> page(long peer, long before, int limit) {
        List<Entry> page = new ArrayList<>();
        String[] values = {
            String.valueOf(peer), String.valueOf(before == 0 ? Long.MAX_VALUE : before), String.valueOf(limit)
        };
        String query = "SELECT entry FROM entries WHERE peer = ? AND queue_id < ? ORDER BY queue_id DESC LIMIT ?";
        try (Cursor row = helper.getWritableDatabase().rawQuery(query, values)) {
            while (row.moveToNext()) {
                page.add(Rows.entry(row.getBlob(0)));
            }
        }
        return page;
    }

    @Override
    public Entry find(long peer, long queueId) {
        return find(helper.getWritableDatabase(), peer, queueId);
    }

    private static Entry find(SQLiteDatabase database, long peer, long queueId) {
        String[] values = {String.valueOf(queueId), String.valueOf(peer)};
        String query = "SELECT entry FROM entries WHERE queue_id = ? AND peer = ?";
        try (Cursor row = database.rawQuery(query, values)) {
            return row.moveToNext() ? Rows.entry(row.getBlob(0)) : null;
        }
    }

    @Override
    public void erase() {
        helper.close();
        context.deleteDatabase(file);
    }

    @Override
    public void close() {
        helper.close();
    }

    /** The tables; a later version of the app changes them step by step in {@code onUpgrade}. */
    private static final class Schema extends SQLiteOpenHelper {
        private static final int VERSION = 1;

        Schema(Context context, String file) {
            super(context, file, null, VERSION);
            setWriteAheadLoggingEnabled(true);
        }

        @Override
        public void onCreate(SQLiteDatabase database) {
            database.execSQL("CREATE TABLE place (epoch TEXT NOT NULL, since INTEGER NOT NULL, kept_from INTEGER NOT NULL)");
            database.execSQL("CREATE TABLE entries (queue_id INTEGER PRIMARY KEY, peer INTEGER NOT NULL, entry BLOB NOT NULL)");
            database.execSQL("CREATE INDEX entries_of_peer ON entries (peer, queue_id)");
            database.execSQL("CREATE TABLE talks (peer INTEGER PRIMARY KEY, last BLOB, news BLOB NOT NULL, counted INTEGER NOT NULL,"
                    + " counted_mentions INTEGER NOT NULL, counted_up_to INTEGER NOT NULL, mark INTEGER NOT NULL,"
                    + " their_read INTEGER NOT NULL, their_delivered INTEGER NOT NULL, pinned INTEGER NOT NULL,"
                    + " muted INTEGER NOT NULL, known_from INTEGER NOT NULL, whole INTEGER NOT NULL)");
            database.execSQL("CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nickname TEXT NOT NULL,"
                    + " alias TEXT NOT NULL, picture TEXT NOT NULL, deleted INTEGER NOT NULL)");
            database.execSQL("CREATE TABLE unsent (written INTEGER PRIMARY KEY AUTOINCREMENT, client_msg_id TEXT UNIQUE NOT NULL,"
                    + " message BLOB NOT NULL, written_at_ms INTEGER NOT NULL, refused INTEGER NOT NULL)");
        }

        @Override
        public void onUpgrade(SQLiteDatabase database, int from, int to) {
            throw new IllegalStateException("there is no version " + from + " of the history before " + to);
        }
    }
}
