//! Colours, letters and distances: the web client's, in light and dark.

use eframe::egui;
use egui::{Color32, CornerRadius, FontDefinitions, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, Visuals};

/// The colours that egui's own widgets do not know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    pub ground: Color32,
    pub panel: Color32,
    pub raised: Color32,
    pub hover: Color32,
    pub chosen: Color32,
    pub line: Color32,
    pub ink: Color32,
    pub soft: Color32,
    pub accent: Color32,
    pub on_accent: Color32,
    pub mine: Color32,
    pub on_mine: Color32,
    pub on_mine_soft: Color32,
    pub danger: Color32,
    pub danger_ground: Color32,
    pub warn_ground: Color32,
    pub warn_ink: Color32,
    pub online: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

pub const LIGHT: Palette = Palette {
    ground: rgb(0x00f3_f0e8),
    panel: rgb(0x00fb_f9f4),
    raised: rgb(0x00ff_ffff),
    hover: rgb(0x00f0_ece2),
    chosen: rgb(0x00e3_eee8),
    line: rgb(0x00e4_dfd3),
    ink: rgb(0x001c_2421),
    soft: rgb(0x0056_625c),
    accent: rgb(0x000b_6e5c),
    on_accent: rgb(0x00ff_ffff),
    mine: rgb(0x000b_6e5c),
    on_mine: rgb(0x00ff_ffff),
    on_mine_soft: rgb(0x00cf_e6df),
    danger: rgb(0x00b3_261e),
    danger_ground: rgb(0x00fd_ecea),
    warn_ground: rgb(0x00fd_f1d3),
    warn_ink: rgb(0x005c_4508),
    online: rgb(0x001e_9e63),
};

pub const DARK: Palette = Palette {
    ground: rgb(0x000e_1412),
    panel: rgb(0x0015_1b19),
    raised: rgb(0x0020_2825),
    hover: rgb(0x001c_2421),
    chosen: rgb(0x001d_302b),
    line: rgb(0x0027_302d),
    ink: rgb(0x00e8_ece9),
    soft: rgb(0x00a4_b0aa),
    accent: rgb(0x0052_cdb1),
    on_accent: rgb(0x0010_2a24),
    mine: rgb(0x0017_594d),
    on_mine: rgb(0x00ee_faf6),
    on_mine_soft: rgb(0x00a9_cfc4),
    danger: rgb(0x00ff_9d92),
    danger_ground: rgb(0x003a_1f1c),
    warn_ground: rgb(0x003a_3118),
    warn_ink: rgb(0x00f0_dba0),
    online: rgb(0x0045_d18f),
};

/// The palette of what is shown now.
pub fn palette(ui: &egui::Ui) -> Palette {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// Gives both of egui's styles our looks.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.style_mut_of(Theme::Light, |style| dress(style, &LIGHT, Visuals::light()));
    ctx.style_mut_of(Theme::Dark, |style| dress(style, &DARK, Visuals::dark()));
}

/// egui's fonts but one of its two with emoji, which draws the punctuation of Chinese and Japanese as pictures (！ as ❗) before
/// the system is asked for a font that has it.
fn fonts() -> FontDefinitions {
    const WITHOUT: &str = "emoji-icon-font";
    let mut fonts = FontDefinitions::default();
    fonts.font_data.remove(WITHOUT);
    for names in fonts.families.values_mut() {
        names.retain(|name| name != WITHOUT);
    }
    fonts
}

fn dress(style: &mut Style, palette: &Palette, mut visuals: Visuals) {
    for (text, size) in
        [(TextStyle::Body, 14.5), (TextStyle::Button, 14.5), (TextStyle::Small, 12.0), (TextStyle::Heading, 20.0)]
    {
        style.text_styles.insert(text, FontId::proportional(size));
    }
    style.spacing.item_spacing = egui::vec2(8.0, 8.0);
    style.spacing.button_padding = egui::vec2(12.0, 6.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.interact_size.y = 30.0;
    style.interaction.selectable_labels = true;
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(14);
    visuals.menu_corner_radius = CornerRadius::same(10);
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 28, spread: 0, color: Color32::from_black_alpha(50) };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 14, spread: 0, color: Color32::from_black_alpha(40) };
    visuals.extreme_bg_color = palette.raised;
    visuals.faint_bg_color = palette.hover;
    visuals.hyperlink_color = palette.accent;
    visuals.error_fg_color = palette.danger;
    visuals.warn_fg_color = palette.warn_ink;
    visuals.weak_text_color = Some(palette.soft);
    visuals.selection.bg_fill = palette.accent.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);
    // A blinking cursor would draw twice a second for as long as a field has the focus.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke.color = palette.accent;
    let widgets = &mut visuals.widgets;
    for (widget, fill, edge) in [
        (&mut widgets.noninteractive, palette.panel, palette.line),
        (&mut widgets.inactive, palette.raised, palette.line),
        (&mut widgets.hovered, palette.hover, palette.accent),
        (&mut widgets.active, palette.chosen, palette.accent),
        (&mut widgets.open, palette.chosen, palette.line),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, edge);
        widget.fg_stroke = Stroke::new(1.0, palette.ink);
        widget.corner_radius = CornerRadius::same(8);
        widget.expansion = 0.0;
    }
    style.visuals = visuals;
}
