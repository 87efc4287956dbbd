//! The preview of a message: one line for people who look at the table.

use std::fmt::Write as _;

use chathook_protocol::{Content, Element, MsgBody};

/// At most this many bytes. A preview is paid for with every write.
const LONGEST: usize = 1024;

/// The elements in order: text as it is, anything else as a short form such as `[image]` or `[file: report.pdf]`.
/// `None` for a message without elements.
pub(crate) fn preview(body: &MsgBody<'_>) -> Option<String> {
    let mut line = String::new();
    for (at, element) in body.elements.iter().enumerate() {
        if line.len() > LONGEST {
            break;
        }
        if at > 0 {
            line.push(' ');
        }
        show(element, &mut line);
    }
    (!body.elements.is_empty()).then(|| cut(line))
}

fn show(element: &Element<'_>, line: &mut String) {
    let named = |kind: &str, name: Option<&str>, line: &mut String| {
        line.push('[');
        line.push_str(kind);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            line.push_str(": ");
            line.push_str(name);
        }
        line.push(']');
    };
    let seconds = |seconds: Option<u64>| seconds.map(|seconds| format!("{seconds} s"));
    match element.content() {
        Content::Text(text) => line.push_str(text.text.as_deref().unwrap_or_default()),
        Content::Face(face) => named("face", face.index.map(|index| index.to_string()).as_deref(), line),
        Content::Location(location) => named("location", location.desc.as_deref(), line),
        Content::Custom(custom) => {
            let desc = custom.desc.filter(|desc| !desc.is_empty());
            named("custom", desc.or(custom.data).as_deref(), line);
        }
        Content::Sound(sound) => named("sound", seconds(sound.second).as_deref(), line),
        Content::Image(_) => named("image", None, line),
        Content::File(file) => named("file", file.file_name.as_deref(), line),
        Content::Video(video) => named("video", seconds(video.video_second).as_deref(), line),
        Content::Relay(relay) => named("forwarded", relay.title.as_deref(), line),
        Content::Unknown if element.msg_type.is_empty() => line.push_str("[?]"),
        // Writing to a string cannot fail.
        Content::Unknown => drop(write!(line, "[{}]", element.msg_type)),
    }
}

fn cut(mut line: String) -> String {
    const MORE: &str = "…";
    if line.len() > LONGEST {
        line.truncate(line.floor_char_boundary(LONGEST - MORE.len()));
        line.push_str(MORE);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn preview_of(body: &str) -> Option<String> {
        let raw: &RawValue = serde_json::from_str(body).unwrap();
        preview(&MsgBody::parse(raw).unwrap())
    }

    #[test]
    fn every_element_has_a_short_form() {
        let cases = [
            (r#"[{"MsgType":"TIMTextElem","MsgContent":{"Text":"red packet"}}]"#, "red packet"),
            (r#"[{"MsgType":"TIMTextElem","MsgContent":{"Text":""}}]"#, ""),
            (r#"[{"MsgType":"TIMFaceElem","MsgContent":{"Index":6,"Data":"abc\u0000"}}]"#, "[face: 6]"),
            (r#"[{"MsgType":"TIMLocationElem","MsgContent":{"Desc":"the quay"}}]"#, "[location: the quay]"),
            (r#"[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"{}","Desc":"a gift"}}]"#, "[custom: a gift]"),
            (r#"[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"{}","Desc":""}}]"#, "[custom: {}]"),
            (r#"[{"MsgType":"TIMSoundElem","MsgContent":{"Second":3}}]"#, "[sound: 3 s]"),
            (r#"[{"MsgType":"TIMImageElem","MsgContent":{}}]"#, "[image]"),
            (r#"[{"MsgType":"TIMFileElem","MsgContent":{"fileName":"a.pdf"}}]"#, "[file: a.pdf]"),
            (r#"[{"MsgType":"TIMVideoFileElem","MsgContent":{"VideoSecond":5}}]"#, "[video: 5 s]"),
            (r#"[{"MsgType":"TIMRelayElem","MsgContent":{"Title":"Our plans"}}]"#, "[forwarded: Our plans]"),
            (r#"[{"MsgType":"TIMNewElem"}]"#, "[TIMNewElem]"),
            (r"[7]", "[?]"),
            (
                r#"[{"MsgType":"TIMTextElem","MsgContent":{"Text":"see"}},{"MsgType":"TIMImageElem"},{"MsgType":"TIMTextElem","MsgContent":{"Text":"!"}}]"#,
                "see [image] !",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(preview_of(body).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(preview_of("[]"), None);
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        for text in ["a".repeat(1024), "字".repeat(341), "a".repeat(1025), "字".repeat(342), "😀".repeat(90_000)] {
            let body = format!(r#"[{{"MsgType":"TIMTextElem","MsgContent":{{"Text":"{text}"}}}}]"#);
            let line = preview_of(&body).unwrap();
            let kept = line.strip_suffix('…');
            assert_eq!(kept.is_some(), text.len() > LONGEST, "{} bytes", text.len());
            assert!(text.starts_with(kept.unwrap_or(&line)));
            assert!(line.len() <= LONGEST && line.len() > LONGEST - 7, "{}", line.len());
        }
    }
}
