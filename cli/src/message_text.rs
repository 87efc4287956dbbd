//! A message's content in a few words.

use serde_json::Value;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// A `MsgBody` in a few words: its texts in quotes, and its other elements. `None` if it is not a `MsgBody`.
pub fn content(msg_body: &Value) -> Option<String> {
    elements(msg_body, |text| format!("{text:?}"))
}

/// The same without quotes.
pub fn preview(msg_body: &Value) -> Option<String> {
    elements(msg_body, str::to_owned)
}

fn elements(msg_body: &Value, show_text: impl Fn(&str) -> String) -> Option<String> {
    let element = |element: &Value| {
        let content = &element["MsgContent"];
        let text = |name: &str| content[name].as_str().filter(|text| !text.is_empty());
        match element["MsgType"].as_str().unwrap_or("?") {
            "TIMTextElem" => show_text(text("Text").unwrap_or_default()),
            "TIMFileElem" => text("FileName").map_or("[file]".to_owned(), |name| format!("[file: {name}]")),
            "TIMImageElem" => "[image]".to_owned(),
            "TIMCustomElem" => {
                text("Desc").or(text("Data")).map_or("[custom]".to_owned(), |what| format!("[custom: {what}]"))
            }
            other => format!("[{other}]"),
        }
    };
    Some(msg_body.as_array()?.iter().map(element).collect::<Vec<_>>().join(" "))
}

/// `text`, cut to a number of columns.
pub fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or_default();
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_in_a_few_words() {
        let text = serde_json::json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": "see \"this\""}});
        let file = serde_json::json!({"MsgType": "TIMFileElem", "MsgContent": {"FileName": "a.pdf"}});
        let body = serde_json::json!([text, file, {"MsgType": "TIMImageElem"}, {"MsgType": "TIMNewElem"}, 7]);
        assert_eq!(content(&body).unwrap(), r#""see \"this\"" [file: a.pdf] [image] [TIMNewElem] [?]"#);
        assert_eq!(preview(&body).unwrap(), r#"see "this" [file: a.pdf] [image] [TIMNewElem] [?]"#);
        assert_eq!(content(&Value::Null), None);
    }

    #[test]
    fn a_long_text_is_cut_by_columns() {
        for (text, expected) in [("short", "short"), ("0123456789", "0123456789"), ("0123456789a", "012345678…")] {
            assert_eq!(shortened(text, 10), expected);
        }
        assert_eq!(shortened("一二三四五六", 10), "一二三四…");
    }
}
