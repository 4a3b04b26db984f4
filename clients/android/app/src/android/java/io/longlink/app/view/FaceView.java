package io.longlink.app.view;

import android.content.Context;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.RectF;
import android.graphics.Typeface;
import android.util.AttributeSet;
import android.view.View;
import io.longlink.app.R;
import io.longlink.app.show.Face;

/** Draws the sign of somebody: initials on their colour, round for people and with corners for groups. */
public final class FaceView extends View {
    private final Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final RectF box = new RectF();
    private Face face;

    public FaceView(Context context, AttributeSet attributes) {
        super(context, attributes);
        // The name stands beside it.
        setImportantForAccessibility(IMPORTANT_FOR_ACCESSIBILITY_NO);
    }

    public void show(Face face) {
        this.face = face;
        invalidate();
    }

    @Override
    @SuppressWarnings("deprecation")
    protected void onDraw(Canvas canvas) {
        if (face == null) {
            return;
        }
        float size = Math.min(getWidth(), getHeight());
        int[] colours = getResources().getIntArray(R.array.avatars);
        int grey = getResources().getColor(R.color.avatar_everyone);
        paint.setColor(face.colour == Face.GREY ? grey : colours[face.colour % colours.length]);
        box.set(0, 0, size, size);
        float corner = face.square ? size * 0.3f : size / 2;
        canvas.drawRoundRect(box, corner, corner, paint);

        paint.setColor(0xFFFFFFFF);
        paint.setTypeface(Typeface.create("sans-serif-medium", Typeface.NORMAL));
        paint.setTextAlign(Paint.Align.CENTER);
        paint.setTextSize(size * (face.initials.length() > 2 ? 0.3f : 0.38f));
        float middle = (paint.ascent() + paint.descent()) / 2;
        canvas.drawText(face.initials, size / 2, size / 2 - middle, paint);

        if (face.online) {
            float dot = size * 0.13f;
            float at = size - dot;
            paint.setColor(getResources().getColor(R.color.panel));
            canvas.drawCircle(at, at, dot, paint);
            paint.setColor(getResources().getColor(R.color.online));
            canvas.drawCircle(at, at, dot * 0.72f, paint);
        }
    }
}
