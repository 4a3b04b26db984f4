package io.longlink.app.view;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.net.Uri;
import android.util.Patterns;
import android.widget.Toast;
import io.longlink.app.R;
import io.longlink.app.show.TalkPresenter;
import io.longlink.app.show.TalkRow;
import java.util.regex.Matcher;

/** What can be done with a message. */
final class MessageMenu {
    private final TalkActivity screen;
    private final TalkPresenter presenter;
    private final boolean group;
    private Choices choices;

    MessageMenu(TalkActivity screen, TalkPresenter presenter, boolean group) {
        this.screen = screen;
        this.presenter = presenter;
        this.group = group;
    }

    /** False: there is nothing to be done with this line. */
    boolean open(TalkRow row) {
        choices = new Choices(screen);
        if (row.message != null) {
            fill(row, row.message);
        }
        if (choices.isEmpty()) {
            return false;
        }
        choices.open("");
        return true;
    }

    private void fill(TalkRow row, TalkRow.Message message) {
        if (message.state == TalkRow.State.FAILED) {
            choices.add(R.string.state_retry, () -> presenter.retry(message.clientMsgId));
            choices.add(R.string.state_delete, () -> presenter.discard(message.clientMsgId));
        }
        if (message.mayReply) {
            choices.add(R.string.act_reply, () -> presenter.reply(message.queueId));
        }
        if (!row.text.isEmpty() && !message.recalled) {
            choices.add(R.string.act_copy, () -> copy(row.text));
        }
        Matcher link = Patterns.WEB_URL.matcher(row.text);
        if (!message.recalled && link.find() && link.group().startsWith("http")) {
            String address = link.group();
            choices.add(R.string.menu_open, () -> openLink(address));
        }
        if (!message.media.isEmpty()) {
            choices.add(R.string.act_save, () -> say(R.string.media_notHere));
        }
        if (message.mayEdit) {
            choices.add(R.string.act_edit, () -> presenter.edit(message.queueId));
        }
        if (message.mayRecall) {
            choices.add(R.string.act_recall, () -> recall(message));
        }
        if (group && message.queueId > 0 && message.state != TalkRow.State.NONE) {
            choices.add(R.string.act_readers, () -> presenter.readers(message.queueId));
        }
    }

    private void recall(TalkRow.Message message) {
        String sure = screen.getString(R.string.act_recallSure);
        if (message.recallsOther) {
            sure = screen.getString(R.string.act_recallOther).replace("{name}", message.author);
        }
        Dialogs.sure(screen, screen.getString(R.string.act_recall), sure, () -> presenter.recall(message.queueId));
    }

    private void copy(String text) {
        ClipboardManager clipboard = (ClipboardManager) screen.getSystemService(Context.CLIPBOARD_SERVICE);
        clipboard.setPrimaryClip(ClipData.newPlainText("", text));
        say(R.string.act_copied);
    }

    private void openLink(String address) {
        Intent view = new Intent(Intent.ACTION_VIEW, Uri.parse(address));
        if (view.resolveActivity(screen.getPackageManager()) != null) {
            screen.startActivity(view);
        }
    }

    private void say(int words) {
        Toast.makeText(screen, words, Toast.LENGTH_SHORT).show();
    }
}
