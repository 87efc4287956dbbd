//! Conditions on how much of something there is.

use chathook_protocol::Content;
use unicode_segmentation::UnicodeSegmentation;

use super::finding::{Findings, Part};
use super::subject::{View, finding};

/// From `min` to `max`, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

impl Bounds {
    pub(super) const fn contain(&self, number: u64) -> bool {
        self.min <= number && number <= self.max
    }
}

pub(super) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The bytes of the file, picture, video or sound in an element, as its sender states them.
pub(super) fn file_size(content: &Content<'_>) -> Option<u64> {
    match content {
        Content::File(file) => file.file_size,
        Content::Video(video) => video.video_size,
        Content::Sound(sound) => sound.size,
        Content::Image(image) => image.image_info_array.iter().filter_map(|info| info.size).max(),
        _ => None,
    }
}

/// Counts the characters, as people see them, of all texts of an element together. An element without text is not
/// counted.
pub(super) fn characters(view: &View<'_>, bounds: &Bounds) -> Findings {
    let whole = |text: &str| Some(0..text.len()).filter(|span| !span.is_empty());
    counted(view, bounds, |text| (number(text.graphemes(true).count()), Vec::from_iter(whole(text))))
}

/// Counts the mentions in all texts of an element together: `@` and a name.
pub(super) fn mentions(view: &View<'_>, bounds: &Bounds) -> Findings {
    counted(view, bounds, |text| {
        let mut spans = Vec::new();
        let mut before = None;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let is_at = |character| matches!(character, '@' | '\u{FF20}');
            // In a mail address, a letter is before it.
            if is_at(character) && before.is_none_or(|before: char| !before.is_ascii_alphanumeric()) {
                let mut end = at + character.len_utf8();
                let start = end;
                while let Some((next, character)) =
                    characters.next_if(|(_, next)| !next.is_whitespace() && !is_at(*next))
                {
                    end = next + character.len_utf8();
                }
                if end > start {
                    spans.push(at..end);
                }
            }
            before = Some(character);
        }
        (number(spans.len()), spans)
    })
}

/// Adds up `count` over an element's texts, and gives the spans if the sum is within the bounds.
fn counted(view: &View<'_>, bounds: &Bounds, count: impl Fn(&str) -> (u64, Vec<std::ops::Range<usize>>)) -> Findings {
    let mut findings = Findings::default();
    let mut texts = view.shown_texts().peekable();
    while let Some((_, first)) = texts.peek() {
        let element = first.element;
        let (mut sum, mut of_element) = (0, Vec::new());
        while let Some((index, text)) = texts.next_if(|(_, text)| text.element == element) {
            let (more, spans) = count(&text.value);
            sum += more;
            of_element.extend(spans.into_iter().map(|span| finding(index, text, span, None)));
        }
        if bounds.contain(sum) {
            findings.extend(element.map_or(Part::CustomData, Part::Element), of_element);
        }
    }
    findings
}
