package io.longlink.app.phone;

import android.app.Notification;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import io.longlink.app.R;
import io.longlink.app.model.NoticeBoard;
import io.longlink.app.view.TalkActivity;

/** News as the phone's notifications: one for each conversation, which a tap opens. */
final class PhoneNotices implements NoticeBoard {
    private static final String CHANNEL = "messages";
    private static final int ID = 1;

    private final Context context;
    private final NotificationManager manager;

    PhoneNotices(Context context) {
        this.context = context;
        manager = (NotificationManager) context.getSystemService(Context.NOTIFICATION_SERVICE);
        String name = context.getString(R.string.notice_messages);
        Later.makeChannel(context, CHANNEL, name, name, Later.IMPORTANCE_DEFAULT);
    }

    @Override
    @SuppressWarnings("deprecation")
    public void show(Notice notice) {
        Intent talk = new Intent(context, TalkActivity.class)
                .putExtra(TalkActivity.PEER, notice.peer)
                .setFlags(Intent.FLAG_ACTIVITY_NEW_TASK | Intent.FLAG_ACTIVITY_CLEAR_TOP);
        // Told apart by their number, since extras do not count for that.
        PendingIntent open =
                PendingIntent.getActivity(context, (int) notice.peer, talk, Later.updateImmutable());
        String newest = notice.lines.get(notice.lines.size() - 1);
        Notification.InboxStyle lines = new Notification.InboxStyle().setBigContentTitle(notice.title);
        for (String line : notice.lines) {
            lines.addLine(line);
        }
        Notification.Builder builder = Later.builder(context, CHANNEL)
                .setSmallIcon(R.drawable.mark)
                .setColor(context.getResources().getColor(R.color.accent_strong))
                .setContentTitle(notice.title)
                .setContentText(newest)
                .setStyle(lines)
                .setNumber(notice.number)
                .setWhen(notice.atMs)
                .setShowWhen(true)
                .setCategory(Notification.CATEGORY_MESSAGE)
                .setOnlyAlertOnce(notice.quiet)
                .setContentIntent(open)
                .setAutoCancel(true);
        if (!notice.quiet) {
            defaults(builder);
        }
        manager.notify(tag(notice.peer), ID, builder.build());
    }

    /** Sound and the like, where no channel says so. */
    @SuppressWarnings("deprecation")
    private static void defaults(Notification.Builder builder) {
        builder.setDefaults(Notification.DEFAULT_ALL).setPriority(Notification.PRIORITY_HIGH);
    }

    @Override
    public void cancel(long peer) {
        manager.cancel(tag(peer), ID);
    }

    @Override
    public void cancelAll() {
        manager.cancelAll();
    }

    private static String tag(long peer) {
        return "talk" + peer;
    }
}
