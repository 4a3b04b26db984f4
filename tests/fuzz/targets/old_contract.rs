//! What old clients send: any query and any body is read or refused, and a number is never another number.

use longlink::http::old_contract::input::{Object, Query};

pub(crate) fn run(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        let query = Query::new(Some(text));
        for name in ["userId", "queueId", "x"] {
            let _ = query.number(name);
            let _ = query.switch(name);
        }
    }
    let Ok(Some(object)) = Object::read(input) else { return };
    for name in ["From", "To", "QueueID", "Id", "Content", "FromName"] {
        let (number, text) = (object.number(name), object.text(name));
        if let (Ok(number), Ok(text)) = (number, text)
            && !text.is_empty()
        {
            assert_eq!(text.parse(), Ok(number), "{name} is both");
        }
    }
}
