package io.longlink.app.view;

import android.widget.AbsListView;

/** Tells when the last row of a list is seen, so that the next page can be read. It may tell more than once. */
abstract class AtEnd implements AbsListView.OnScrollListener {
    abstract void reached();

    @Override
    public void onScrollStateChanged(AbsListView view, int state) {}

    @Override
    public void onScroll(AbsListView view, int first, int visible, int total) {
        if (total > 0 && first + visible >= total) {
            reached();
        }
    }
}
