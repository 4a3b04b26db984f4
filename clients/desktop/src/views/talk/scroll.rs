//! Where a long column of rows of unknown heights stands. Only rows that are seen are ever measured: the column is held by
//! one of its rows, so that nothing jumps when rows come above it or when heights that nobody has seen turn out otherwise.

use std::ops::Range;

/// So near to the end one is at the end, as far as reading goes.
const NEAR_END: f32 = 60.0;

/// The place of a column. Rows have numbers that stay theirs when others come before the first one.
#[derive(Clone, Debug, PartialEq)]
pub struct Scroll {
    anchor: i64,
    /// How far the anchor's top is below the view's top.
    offset: f32,
    is_at_end: bool,
    is_near_end: bool,
    /// The first row in view, with how much of it is above, as a fraction; and how many are in view.
    first: f32,
    shown: f32,
    last: i64,
}

/// A row in view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    pub row: i64,
    /// Below the view's top; less than 0 where it begins above.
    pub top: f32,
    pub height: f32,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { anchor: 0, offset: 0.0, is_at_end: true, is_near_end: true, first: 0.0, shown: 1.0, last: 0 }
    }
}

impl Scroll {
    /// Whether the last row is before the person's eyes.
    pub fn is_near_end(&self) -> bool {
        self.is_near_end
    }

    pub fn to_end(&mut self) {
        self.is_at_end = true;
    }

    /// Brings a row into view, a third below the top.
    pub fn to_row(&mut self, row: i64, view: f32) {
        self.anchor = row;
        self.offset = view / 3.0;
        self.is_at_end = false;
    }

    /// Brings a row into view if it is not, as little as needed.
    pub fn reveal(&mut self, row: i64, view: f32) {
        let (first, last) = (self.anchor, self.last);
        if row <= first {
            self.anchor = row;
            self.offset = 0.0;
            self.is_at_end = false;
        } else if row >= last {
            // Its height is not known: it is measured from below.
            self.to_row(row, view * 2.4);
        }
    }

    /// Goes to a place given as a part of the whole, as a scroll bar has it.
    pub fn to_part(&mut self, part: f32, rows: &Range<i64>) {
        let all = (rows.end - rows.start) as f32;
        let at = (part.clamp(0.0, 1.0) * all).max(0.0);
        self.anchor = rows.start + at as i64;
        self.offset = 0.0;
        self.is_at_end = false;
    }

    /// The part of the whole that is in view, as a scroll bar shows it: where it begins and how long it is.
    pub fn part(&self, rows: &Range<i64>) -> (f32, f32) {
        let all = ((rows.end - rows.start) as f32).max(1.0);
        ((self.first / all).clamp(0.0, 1.0), (self.shown / all).clamp(0.0, 1.0))
    }

    /// Which rows are in a view of this height, after it was moved down by `moved`.
    pub fn place(
        &mut self,
        rows: Range<i64>,
        view: f32,
        moved: f32,
        mut height: impl FnMut(i64) -> f32,
    ) -> Vec<Placed> {
        if rows.is_empty() {
            self.is_at_end = true;
            self.is_near_end = true;
            return Vec::new();
        }
        if moved != 0.0 && (moved < 0.0 || !self.is_at_end) {
            self.is_at_end = false;
            self.offset -= moved;
        }
        let placed = if self.is_at_end {
            Self::up_from_end(&rows, view, &mut height)
        } else {
            self.round_anchor(&rows, view, &mut height)
        };
        self.remember(&placed, &rows, view);
        placed
    }

    fn up_from_end(rows: &Range<i64>, view: f32, height: &mut impl FnMut(i64) -> f32) -> Vec<Placed> {
        let (mut row, mut top) = (rows.end, view);
        let mut placed = Vec::new();
        while row > rows.start && top > 0.0 {
            row -= 1;
            let tall = height(row);
            top -= tall;
            placed.push(Placed { row, top, height: tall });
        }
        placed.reverse();
        placed
    }

    fn round_anchor(&mut self, rows: &Range<i64>, view: f32, height: &mut impl FnMut(i64) -> f32) -> Vec<Placed> {
        let (mut row, mut top) = (self.anchor.clamp(rows.start, rows.end - 1), self.offset);
        while top > 0.0 && row > rows.start {
            row -= 1;
            top -= height(row);
        }
        let mut top = top.min(0.0);
        let mut placed = Vec::new();
        while top < view && row < rows.end {
            let tall = height(row);
            if top + tall > 0.0 {
                placed.push(Placed { row, top, height: tall });
            }
            top += tall;
            row += 1;
        }
        if row == rows.end && top <= view {
            // There is nothing more below: the end stands at the bottom, or all of it fits.
            self.is_at_end = true;
            return Self::up_from_end(rows, view, height);
        }
        placed
    }

    fn remember(&mut self, placed: &[Placed], rows: &Range<i64>, view: f32) {
        let (Some(first), Some(last)) = (placed.first(), placed.last()) else { return };
        self.anchor = first.row;
        self.offset = first.top;
        self.is_near_end = last.row == rows.end - 1 && last.top + last.height - view < NEAR_END;
        self.first = (first.row - rows.start) as f32 + (-first.top / first.height.max(1.0)).max(0.0);
        self.shown = placed.len() as f32;
        self.last = last.row;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tall(row: i64) -> f32 {
        20.0 + (row.rem_euclid(5) * 10) as f32
    }

    fn covers(placed: &[Placed], view: f32) {
        let (first, last) = (placed.first().unwrap(), placed.last().unwrap());
        assert!(first.top <= 0.0 && last.top + last.height >= view);
        for pair in placed.windows(2) {
            assert_eq!(pair[0].row + 1, pair[1].row);
            assert!((pair[0].top + pair[0].height - pair[1].top).abs() < 0.01);
        }
    }

    #[test]
    fn it_stays_at_the_end_when_rows_come_below() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.place(0..1_000, 300.0, 0.0, tall).last().unwrap().row, 999);
        let placed = scroll.place(0..1_010, 300.0, 0.0, tall);
        covers(&placed, 300.0);
        assert_eq!(placed.last().unwrap().row, 1_009);
        assert!(scroll.is_near_end());
    }

    #[test]
    fn what_is_in_view_stays_when_rows_come_above_and_below() {
        let mut scroll = Scroll::default();
        scroll.place(0..1_000, 300.0, 0.0, tall);
        let before = scroll.place(0..1_000, 300.0, -500.0, tall);
        assert!(!scroll.is_near_end());
        assert_eq!(scroll.place(-100..1_020, 300.0, 0.0, tall), before);
    }

    #[test]
    fn it_stops_at_both_ends() {
        let mut scroll = Scroll::default();
        let top = scroll.place(0..100, 300.0, -100_000.0, tall);
        covers(&top, 300.0);
        assert_eq!((top[0].row, top[0].top), (0, 0.0));
        let end = scroll.place(0..100, 300.0, 100_000.0, tall);
        covers(&end, 300.0);
        assert_eq!(end.last().unwrap().row, 99);
    }

    // A window whose height was just that of the rows in it was taken for the end, and jumped there.
    #[test]
    fn rows_that_fill_the_view_to_the_point_are_not_the_end() {
        let mut scroll = Scroll::default();
        scroll.to_row(500, 0.0);
        let placed = scroll.place(0..1_000, 300.0, 0.0, |_| 50.0);
        assert_eq!((placed[0].row, placed.len()), (500, 6));
        assert!(!scroll.is_near_end());
    }

    #[test]
    fn few_rows_stand_at_the_bottom() {
        let mut scroll = Scroll::default();
        scroll.to_row(0, 300.0);
        let placed = scroll.place(0..2, 300.0, 0.0, tall);
        assert_eq!(placed.last().map(|last| last.top + last.height), Some(300.0));
        assert!(scroll.is_near_end());
        assert!(scroll.place(0..0, 300.0, 5.0, tall).is_empty());
    }

    #[test]
    fn only_what_is_seen_is_measured() {
        let mut scroll = Scroll::default();
        let mut measured = 0;
        scroll.place(0..100_000, 300.0, 0.0, |row| {
            measured += 1;
            tall(row)
        });
        assert!(measured <= 300 / 20 + 1, "{measured} rows were measured");
        scroll.to_part(0.5, &(0..100_000));
        let placed = scroll.place(0..100_000, 300.0, 0.0, tall);
        assert_eq!(placed[0].row, 50_000);
        assert!((scroll.part(&(0..100_000)).0 - 0.5).abs() < 0.001);
    }
}
