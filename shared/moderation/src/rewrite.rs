//! Makes the changes of the rules to a message, and changes nothing else in it.
//!
//! The changes of all rules that hit are applied in the order of the rules file. Where two rules hit the same
//! character, the first one changes it, and the other changes the rest of its hit. So overlapping hits cannot garble a
//! text. The rewritten message, a [`Draft`], is then judged again.

use std::collections::{BTreeMap, BTreeSet};

use chathook_matcher::graphemes::Graphemes;
use chathook_protocol::{Element, MAX_MESSAGE_BYTES, MsgBody, Rewrite};
use serde_json::value::RawValue;

use crate::conditions::{Finding, Part};
use crate::input::Message;
use crate::message::{Merged, MessageTexts, Splices, Text, fits_any_string, merge};
use crate::origins::{Origin, Origins, SpanMap};
use crate::rules::{Addition, Change, Keep, Mask};

/// The platform takes at most one element of this type in a message.
const CUSTOM: &str = "TIMCustomElem";

/// What the rules change, and where.
pub(crate) type Edits<'e> = [(&'e Change, &'e [Finding])];

/// The result of a rewrite.
pub(crate) enum Outcome {
    /// The message is as it was: nothing to change, or the changes make no difference.
    Unchanged,
    Rewritten(Draft),
    /// None of the sender's elements is left.
    Empty,
    /// The message is too long for the platform now.
    TooLong,
    /// Nobody knows how receivers would read the changed text.
    Unsafe,
}

/// A message as rules have rewritten it so far.
pub(crate) struct Draft {
    elements: Vec<Box<RawValue>>,
    /// `CloudCustomData`, if it was changed.
    custom_data: Option<String>,
    /// Of each element, its index in the original.
    element_origins: Vec<usize>,
    texts: Vec<DraftText>,
}

/// A text that should be found in a draft.
struct DraftText {
    element: Option<usize>,
    origin: Option<Origin>,
    /// Its length in bytes, if it was changed.
    changed: Option<usize>,
}

impl Draft {
    pub(crate) fn body(&self) -> MsgBody<'_> {
        MsgBody { elements: self.elements.iter().map(|raw| Element::parse(raw)).collect() }
    }

    /// `CloudCustomData`, if it was changed.
    pub(crate) fn custom_data(&self) -> Option<&str> {
        self.custom_data.as_deref()
    }

    /// Where the texts that were found in this draft come from.
    pub(crate) fn origins(&self, readable: &MessageTexts<'_>) -> Origins {
        let mut texts = Vec::with_capacity(readable.texts.len());
        for found in readable.texts.chunk_by(|one, next| one.element == next.element) {
            let element = found.first().and_then(|text| text.element);
            let expected = || self.texts.iter().filter(|text| text.element == element);
            // Findings are never in a text that is only another reading.
            let count = found.iter().filter(|text| !text.is_other_reading()).count();
            if expected().count() == count {
                let mut origins = expected().map(|text| text.origin.clone());
                let mut origin =
                    |text: &Text<'_>| if text.is_other_reading() { None } else { origins.next().flatten() };
                texts.extend(found.iter().map(&mut origin));
            } else {
                // A change made JSON of a plain text, or a plain text of JSON.
                let origin = expected().find_map(|text| {
                    let (bytes, origin) = (text.changed?, text.origin.as_ref()?);
                    let spans = SpanMap::unknown(origin.spans.original(&(0..bytes)));
                    Some(Origin { text: origin.text, spans })
                });
                texts.resize(texts.len() + found.len(), origin);
            }
        }
        Origins { elements: self.element_origins.clone(), texts }
    }
}

/// Makes the changes to a message with this body and these texts. If it was rewritten before, `draft` is that message,
/// with the origins of its parts.
pub(crate) fn rewrite(
    body: &MsgBody<'_>,
    readable: &MessageTexts<'_>,
    edits: &Edits<'_>,
    draft: Option<(&Draft, &Origins)>,
) -> Outcome {
    let before = draft.map(|(_, origins)| origins);
    if edits.is_empty() {
        return Outcome::Unchanged;
    }
    let mut changes = Changes::of(readable, edits, draft.is_some());
    if changes.is_unsafe {
        return Outcome::Unsafe;
    }
    if changes.is_empty() {
        return Outcome::Unchanged;
    }
    let mut elements: Vec<Box<RawValue>> = Vec::with_capacity(body.elements.len());
    let mut element_origins = Vec::with_capacity(body.elements.len());
    let mut renumbered = BTreeMap::new();
    for (index, element) in body.elements.iter().enumerate() {
        if changes.removed.contains(&index) {
            continue;
        }
        renumbered.insert(index, elements.len());
        element_origins.push(before.and_then(|before| before.elements.get(index)).copied().unwrap_or(index));
        let Some(edited) = changes.splices.apply(index, element.raw) else { return Outcome::Unsafe };
        elements.push(edited);
    }
    if elements.is_empty() && !body.elements.is_empty() {
        return Outcome::Empty;
    }
    // A body that came too long is not rejected for that, unless it has become longer.
    let (size, size_before) = (
        body_size(elements.iter().map(|element| element.get())),
        body_size(body.elements.iter().map(|element| element.raw.get())),
    );
    if size > MAX_MESSAGE_BYTES.max(size_before) {
        return Outcome::TooLong;
    }
    let texts = readable.texts.iter().enumerate().filter(|(_, text)| !text.is_other_reading());
    let texts = texts.filter_map(|(index, text)| {
        let element = match text.element {
            Some(element) => Some(*renumbered.get(&element)?),
            None => None,
        };
        let origin = match before {
            Some(before) => before.texts.get(index).cloned().flatten(),
            None => Some(Origin { text: index, spans: SpanMap::default() }),
        };
        let change = changes.texts.get(&index);
        let origin = match (origin, change) {
            (Some(origin), Some((spans, _))) => Some(Origin { spans: spans.after(&origin.spans), ..origin }),
            (origin, _) => origin,
        };
        Some(DraftText { element, origin, changed: change.map(|(_, bytes)| *bytes) })
    });
    Outcome::Rewritten(Draft {
        custom_data: changes.splices.custom_data.or_else(|| draft.and_then(|(draft, _)| draft.custom_data.clone())),
        element_origins,
        texts: texts.collect(),
        elements,
    })
}

/// What to deliver: the draft, or the message if it was not changed, with what the rules add. `None`: the message as it
/// is. Rules whose addition the platform would not take are named in `left_out`.
pub(crate) fn finish<'r>(
    message: &Message<'_>,
    draft: Option<Draft>,
    additions: &[(&'r str, &Addition)],
    left_out: &mut Vec<&'r str>,
) -> Option<Rewrite> {
    if draft.is_none() && additions.is_empty() {
        return None;
    }
    let originals = || message.body.elements.iter().map(|element| element.raw);
    let (mut elements, mut custom_data) = match draft {
        Some(draft) => (draft.elements, draft.custom_data),
        None => (originals().map(ToOwned::to_owned).collect(), None),
    };
    let mut customs = elements.iter().filter(|raw| Element::parse(raw).msg_type == CUSTOM).count();
    let mut size = body_size(elements.iter().map(|element| element.get()));
    for (rule, addition) in additions {
        match addition {
            Addition::Element { element, is_custom } => {
                let longer = size + 1 + element.get().len();
                if longer > MAX_MESSAGE_BYTES || (*is_custom && customs > 0) {
                    left_out.push(rule);
                } else {
                    size = longer;
                    customs += usize::from(*is_custom);
                    elements.push(element.clone());
                }
            }
            // The platform's limit includes it.
            Addition::CustomData(data) if size + data.len() > MAX_MESSAGE_BYTES => left_out.push(rule),
            Addition::CustomData(data) => custom_data = Some(data.clone()),
            Addition::CustomDataMembers(members) => {
                match merge(custom_data.as_deref().or(message.custom_data), members) {
                    Merged::Into(data) if size + data.len() <= MAX_MESSAGE_BYTES => custom_data = Some(data),
                    Merged::Already => {}
                    // Data that is not an object is the app's own. Only the app knows how to add to it.
                    Merged::Into(_) | Merged::NoObject => left_out.push(rule),
                }
            }
        }
    }
    let custom_data = custom_data.filter(|data| message.cloud_custom_data != Some(data.as_str()));
    let is_body_changed = !elements.iter().map(|raw| raw.get()).eq(originals().map(RawValue::get));

    if !is_body_changed && custom_data.is_none() {
        return None;
    }
    let mut rewrite = Rewrite::new();
    if is_body_changed {
        rewrite = rewrite.msg_body(elements);
    }
    if let Some(data) = custom_data {
        rewrite = rewrite.cloud_custom_data(data);
    }
    Some(rewrite)
}

/// The length of a `MsgBody` of these elements.
fn body_size<'e>(elements: impl Iterator<Item = &'e str>) -> usize {
    let (count, bytes) = elements.fold((0_usize, 0), |(count, bytes), element| (count + 1, bytes + element.len()));
    // Brackets, and the commas in between.
    bytes + 2 + count.saturating_sub(1)
}

/// What changes in a message.
#[derive(Default)]
struct Changes {
    /// The elements to remove.
    removed: BTreeSet<usize>,
    /// The new texts, in their places.
    splices: Splices,
    /// By text, where the parts of the new text come from, and its length.
    texts: BTreeMap<usize, (SpanMap, usize)>,
    /// Whether a replacement with quotes or escapes would go into a string whose syntax we do not know: the hit is
    /// visible only with escapes undone.
    is_unsafe: bool,
}

impl Changes {
    /// In a message that was rewritten, masks keep nothing: what they have kept has made a hit again.
    fn of(readable: &MessageTexts<'_>, edits: &Edits<'_>, is_rewritten: bool) -> Self {
        let mut changes = Self::default();
        let mut texts: BTreeMap<usize, TextEdit<'_>> = BTreeMap::new();
        for (change, findings) in edits {
            let (with, keep) = match change {
                Change::Mask(mask) => (&mask.sign, Some(if is_rewritten { Keep::Nothing } else { mask.keep })),
                Change::Replace(text) => (text, None),
                Change::RemoveElement => {
                    changes.removed.extend(findings.iter().filter_map(|finding| match finding.part {
                        Part::Element(element) => Some(element),
                        Part::CustomData | Part::Message => None,
                    }));
                    continue;
                }
            };
            changes.is_unsafe |= !fits_any_string(with) && findings.iter().any(|finding| finding.is_escaped);
            // The findings are in order, so those in one text stand together.
            for findings in findings.chunk_by(|one, next| one.text == next.text) {
                let index = findings.first().and_then(|finding| finding.text);
                let Some((index, text)) = index.and_then(|index| Some((index, readable.texts.get(index)?))) else {
                    continue;
                };
                let edit = texts.entry(index).or_insert_with(|| TextEdit::of(&text.value));
                match keep {
                    Some(keep) => edit.mask(findings, with, keep),
                    None => edit.replace(findings, with),
                }
            }
        }

        let mut edited = BTreeMap::new();
        for (index, edit) in texts {
            let Some(text) = readable.texts.get(index) else { continue };
            let (new, spans) = edit.finish(&text.value);
            if new != text.value {
                changes.texts.insert(index, (spans, new.len()));
                edited.insert(index, new);
            }
        }
        changes.splices = readable.splices(edited.into_iter());
        changes
    }

    fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.splices.is_empty()
    }
}

/// A text that is being changed, character by character.
struct TextEdit<'r> {
    graphemes: Graphemes,
    characters: Vec<Character<'r>>,
}

/// What becomes of one character.
#[derive(Clone, Copy)]
enum Character<'r> {
    Stays,
    Becomes(&'r str),
    Vanishes,
}

impl<'r> TextEdit<'r> {
    fn of(text: &str) -> Self {
        let graphemes = Graphemes::of(text);
        let characters = vec![Character::Stays; graphemes.count()];
        Self { graphemes, characters }
    }

    /// Puts `sign` in place of each character of the findings that is not kept. `findings` are in order.
    fn mask(&mut self, findings: &[Finding], sign: &'r str, keep: Keep) {
        for run in self.runs(findings) {
            let (first, last) = run.kept(keep);
            for character in self.characters.get_mut(run.start + first..run.end - last).unwrap_or_default() {
                if matches!(character, Character::Stays) {
                    *character = Character::Becomes(sign);
                }
            }
        }
    }

    /// Puts `with` in place of each run of overlapping findings. `findings` are in order. If one began in an earlier
    /// text, its replacement is there.
    fn replace(&mut self, findings: &[Finding], with: &'r str) {
        for run in self.runs(findings) {
            let mut becomes = if run.continues { Character::Vanishes } else { Character::Becomes(with) };
            for character in self.characters.get_mut(run.start..run.end).unwrap_or_default() {
                if matches!(character, Character::Stays) {
                    *character = becomes;
                    becomes = Character::Vanishes;
                }
            }
        }
    }

    /// The characters of the findings, those that overlap together.
    fn runs(&self, findings: &[Finding]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::with_capacity(findings.len());
        for next in findings.iter().map(|finding| Run::of(finding, &self.graphemes)) {
            match runs.last_mut() {
                Some(run) if next.start < run.end => {
                    run.end = run.end.max(next.end);
                    run.continues &= next.continues;
                    run.letters = run.letters.min(next.letters);
                }
                _ => runs.push(next),
            }
        }
        runs
    }

    /// The new text, and where each part of it comes from.
    fn finish(&self, text: &str) -> (String, SpanMap) {
        let mut edited = String::with_capacity(text.len());
        let mut spans = SpanMap::default();
        for (index, character) in self.characters.iter().enumerate() {
            let was = text.get(self.graphemes.span(index)).unwrap_or_default();
            match character {
                Character::Stays => {
                    edited.push_str(was);
                    spans.keep(was.len());
                }
                Character::Becomes(with) => {
                    edited.push_str(with);
                    spans.replace(was.len(), with.len());
                }
                Character::Vanishes => spans.replace(was.len(), 0),
            }
        }
        (edited, spans)
    }
}

/// The characters of a finding, or of several that overlap.
struct Run {
    /// The first character, and one behind the last.
    start: usize,
    end: usize,
    /// Whether it began in an earlier text.
    continues: bool,
    /// How many letters were recognised in it. The least, if it is several findings.
    letters: usize,
}

/// How many characters and letters a hit has at least if a mask keeps its first one, or both ends. With both ends, two
/// signs are between them: one sign would be read as the letter that is missing.
const LEAST_TO_KEEP_FIRST: usize = 2;
const LEAST_TO_KEEP_ENDS: (usize, usize) = (4, 3);

impl Run {
    fn of(finding: &Finding, graphemes: &Graphemes) -> Self {
        let characters = graphemes.covering(&finding.span);
        let letters = finding.normalised.as_ref().map_or(characters.len(), |letters| letters.chars().count());
        Self { start: characters.start, end: characters.end, continues: finding.continues, letters }
    }

    /// How many characters at its beginning and at its end a mask keeps.
    fn kept(&self, keep: Keep) -> (usize, usize) {
        let length = self.end.saturating_sub(self.start);
        let has = |characters, letters| !self.continues && length >= characters && self.letters >= letters;
        match keep {
            Keep::Ends if has(LEAST_TO_KEEP_ENDS.0, LEAST_TO_KEEP_ENDS.1) => (1, 1),
            Keep::Ends | Keep::First if has(LEAST_TO_KEEP_FIRST, LEAST_TO_KEEP_FIRST) => (1, 0),
            _ => (0, 0),
        }
    }
}

/// Drops findings that are masked already: they consist of nothing but the sign and what the mask keeps. So a masked
/// text is left alone when it comes again. The findings in one text are together.
pub(crate) fn drop_masked(findings: &mut Vec<Finding>, mask: &Mask, readable: &MessageTexts<'_>) {
    let mut graphemes: Option<(usize, Graphemes)> = None;
    findings.retain(|finding| {
        let text = finding.text.and_then(|index| Some((index, readable.texts.get(index)?.value.as_ref())));
        let has_sign = |text: &str| text.get(finding.span.clone()).is_some_and(|hit| hit.contains(&mask.sign));
        let Some((index, text)) = text.filter(|(_, text)| has_sign(text)) else { return true };
        if graphemes.as_ref().is_none_or(|(of_text, _)| *of_text != index) {
            graphemes = Some((index, Graphemes::of(text)));
        }
        let Some((_, graphemes)) = &graphemes else { return true };
        let run = Run::of(finding, graphemes);
        let (first, last) = run.kept(mask.keep);
        let mut masked = run.start + first..run.end.saturating_sub(last);
        // A sign may carry an accent, which a mask would remove.
        masked.is_empty() || !masked.all(|index| text.get(graphemes.span(index)) == Some(mask.sign.as_str()))
    });
}
