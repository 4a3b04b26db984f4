//! A settings file: any text is a configuration or a sentence, and what is rendered of it is the same configuration.

use longlink::config::{Config, Flags};

pub(crate) fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let flags = Flags::default();
    match Config::from_text(Some(("given.toml", text)), &flags) {
        Ok(config) => {
            let rendered = config.render();
            let again = Config::from_text(Some(("rendered.toml", &rendered)), &flags);
            assert_eq!(again.map(|config| config.listen), Ok(config.listen), "{rendered}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
