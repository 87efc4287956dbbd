//! Changing a message and nothing around the change.
//!
//! All rules match the original message, and what they change is laid over it in the order of the rules file. Where two
//! rules hit the same character, the first one has it; the other changes what is left of its hit. So no rule ever sees
//! another's work, and no order of overlapping hits can garble a text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chathook_matcher::graphemes::Graphemes;
use chathook_protocol::{MAX_MESSAGE_BYTES, Rewrite, SendMsg};
use serde_json::value::RawValue;

use crate::conditions::{Place, Spot};
use crate::document::Inside;
use crate::merge::{Merged, merge};
use crate::rules::Change;
use crate::text::Readable;

/// The element type of which the platform takes one in a message.
const CUSTOM: &str = "TIMCustomElem";

/// A rule's change, and where the rule hit.
pub(crate) struct Step<'r> {
    pub(crate) rule: &'r str,
    pub(crate) change: &'r Change,
    pub(crate) places: Vec<Place>,
}

/// What came of a rewrite.
pub(crate) enum Outcome {
    /// The message is as it was: what a rule would have put there was there already, or did not fit.
    Unchanged,
    /// The message to deliver.
    Rewritten(Rewrite),
    /// No element of the sender's is left.
    Empty,
    /// The platform would not take the message any more.
    Unsendable,
}

/// Lays the steps over a message. Those that only add something are dropped where the platform would not take the
/// result, and named in `left_out`.
pub(crate) fn rewrite<'r>(
    message: &SendMsg<'_>,
    original_data: Option<&str>,
    readable: &Readable<'_>,
    steps: &[Step<'r>],
    left_out: &mut Vec<&'r str>,
) -> Outcome {
    if steps.is_empty() {
        return Outcome::Unchanged;
    }
    let originals = &message.msg_body.elements;
    let mut protected = protect(readable, steps);

    let mut changed = !protected.removed.is_empty();
    let mut elements: Vec<Box<RawValue>> = Vec::with_capacity(originals.len());
    let mut customs = 0;
    for (index, element) in originals.iter().enumerate() {
        if protected.removed.contains(&index) {
            continue;
        }
        customs += usize::from(element.msg_type == CUSTOM);
        match protected.texts.remove(&Some(index)) {
            Some(pieces) => {
                changed = true;
                let edited = splice(element.raw.get(), pieces).and_then(|json| RawValue::from_string(json).ok());
                let Some(edited) = edited else { return Outcome::Unsendable };
                elements.push(edited);
            }
            None => elements.push(element.raw.to_owned()),
        }
    }
    if elements.is_empty() && changed {
        return Outcome::Empty;
    }
    let mut size = body_size(elements.iter().map(|element| element.get()));
    // A body that came too long is not for us to refuse, as long as we did not make it longer.
    if changed && size > MAX_MESSAGE_BYTES.max(body_size(originals.iter().map(|element| element.raw.get()))) {
        return Outcome::Unsendable;
    }

    let mut custom_data = protected.custom_data;
    for step in steps {
        match step.change {
            Change::AppendElement { element, is_custom } => {
                let longer = size + 1 + element.get().len();
                if longer > MAX_MESSAGE_BYTES || (*is_custom && customs > 0) {
                    left_out.push(step.rule);
                } else {
                    size = longer;
                    customs += usize::from(*is_custom);
                    changed = true;
                    elements.push(element.clone());
                }
            }
            // It is part of the message that the platform limits.
            Change::SetCustomData(data) if size + data.len() > MAX_MESSAGE_BYTES => left_out.push(step.rule),
            Change::SetCustomData(data) => custom_data = Some(data.clone()),
            Change::MergeCustomData(members) => match merge(custom_data.as_deref().or(original_data), members) {
                Merged::Into(data) if size + data.len() <= MAX_MESSAGE_BYTES => custom_data = Some(data),
                Merged::Already => {}
                // What is there is the app's: nobody else knows how to add to it.
                Merged::Into(_) | Merged::NoObject => left_out.push(step.rule),
            },
            Change::Mask(_) | Change::Replace(_) | Change::RemoveElement => {}
        }
    }
    let custom_data = custom_data.filter(|data| message.cloud_custom_data.as_deref() != Some(data.as_str()));

    if !changed && custom_data.is_none() {
        return Outcome::Unchanged;
    }
    let mut rewrite = Rewrite::new();
    if changed {
        rewrite = rewrite.msg_body(elements);
    }
    if let Some(data) = custom_data {
        rewrite = rewrite.cloud_custom_data(data);
    }
    Outcome::Rewritten(rewrite)
}

/// The length of a `MsgBody` of these elements.
fn body_size<'e>(elements: impl Iterator<Item = &'e str>) -> usize {
    let (count, bytes) = elements.fold((0_usize, 0), |(count, bytes), element| (count + 1, bytes + element.len()));
    // Brackets, and commas in between.
    bytes + 2 + count.saturating_sub(1)
}

/// What the protecting rules leave of a message.
struct Protected {
    /// Elements that go.
    removed: BTreeSet<usize>,
    /// By element, the JSON that takes the place of other JSON in it.
    texts: BTreeMap<Option<usize>, Vec<Splice>>,
    /// The new `CloudCustomData`.
    custom_data: Option<String>,
}

/// JSON to put in the place of a string.
type Splice = (Range<usize>, String);

fn protect(readable: &Readable<'_>, steps: &[Step<'_>]) -> Protected {
    let mut removed = BTreeSet::new();
    let mut edits: BTreeMap<usize, Edit<'_>> = BTreeMap::new();
    for step in steps {
        match step.change {
            Change::RemoveElement => removed.extend(step.places.iter().filter_map(|place| match place.spot {
                Spot::Element(element) => Some(element),
                Spot::CustomData | Spot::Message => None,
            })),
            Change::Mask(with) | Change::Replace(with) => {
                let each = matches!(step.change, Change::Mask(_));
                // The places are in order, so those of one text stand together.
                for places in step.places.chunk_by(|one, next| one.text == next.text) {
                    let Some((index, text)) = places.first().and_then(|place| {
                        let index = place.text?;
                        Some((index, readable.texts.get(index)?))
                    }) else {
                        continue;
                    };
                    edits.entry(index).or_insert_with(|| Edit::of(&text.value)).put(places, with, each);
                }
            }
            Change::AppendElement { .. } | Change::SetCustomData(_) | Change::MergeCustomData(_) => {}
        }
    }

    let mut protected = Protected { removed, texts: BTreeMap::new(), custom_data: None };
    let mut inside: BTreeMap<usize, Vec<Splice>> = BTreeMap::new();
    for (index, edit) in edits {
        let Some(text) = readable.texts.get(index) else { continue };
        let edited = edit.finish(&text.value);
        if edited != text.value {
            protected.put(&mut inside, text.inside, text.element, text.literal.clone(), edited);
        }
    }
    // From the innermost document outwards, since one within another comes after it.
    while let Some((index, splices)) = inside.pop_last() {
        let Some(document) = readable.documents.get(index) else { continue };
        if let Some(edited) = splice(&document.text, splices) {
            protected.put(&mut inside, document.inside, document.element, document.literal.clone(), edited);
        }
    }
    protected
}

impl Protected {
    /// Puts a new text in the place of an old one: in the document it is inside of, else in its element.
    fn put(
        &mut self,
        documents: &mut BTreeMap<usize, Vec<Splice>>,
        inside: Option<Inside>,
        element: Option<usize>,
        literal: Range<usize>,
        text: String,
    ) {
        // A string has no way to fail.
        let json = || serde_json::to_string(&text).unwrap_or_default();
        match (inside, element) {
            (Some(inside), _) => documents.entry(inside.document).or_default().push((literal, json())),
            (None, Some(_)) => self.texts.entry(element).or_default().push((literal, json())),
            (None, None) => self.custom_data = Some(text),
        }
    }
}

/// A text being changed, character by character.
struct Edit<'r> {
    graphemes: Graphemes,
    fates: Vec<Fate<'r>>,
}

/// What becomes of one character.
#[derive(Clone, Copy)]
enum Fate<'r> {
    Stays,
    Becomes(&'r str),
    Vanishes,
}

impl<'r> Edit<'r> {
    fn of(text: &str) -> Self {
        let graphemes = Graphemes::of(text);
        let fates = vec![Fate::Stays; graphemes.count()];
        Self { graphemes, fates }
    }

    /// Puts `with` in place of each character (`each`) or of each run of overlapping hits. `places` are in order. What
    /// continues a hit in another text was replaced there.
    fn put(&mut self, places: &[Place], with: &'r str, each: bool) {
        let covering = |place: &Place| (self.graphemes.covering(&place.span), place.continues);
        let mut runs = places.iter().map(covering).peekable();
        let mut joined = Vec::new();
        while let Some((mut run, mut continues)) = runs.next() {
            while let Some((overlapping, also)) = runs.next_if(|(next, _)| next.start < run.end) {
                run.end = run.end.max(overlapping.end);
                continues &= also;
            }
            joined.push((run, continues));
        }
        for (run, continues) in joined {
            let mut fate = if continues && !each { Fate::Vanishes } else { Fate::Becomes(with) };
            for slot in self.fates.get_mut(run).unwrap_or_default() {
                if matches!(slot, Fate::Stays) {
                    *slot = fate;
                    if !each {
                        fate = Fate::Vanishes;
                    }
                }
            }
        }
    }

    fn finish(&self, text: &str) -> String {
        let mut edited = String::with_capacity(text.len());
        for (index, fate) in self.fates.iter().enumerate() {
            match fate {
                Fate::Stays => edited.push_str(text.get(self.graphemes.span(index)).unwrap_or_default()),
                Fate::Becomes(with) => edited.push_str(with),
                Fate::Vanishes => {}
            }
        }
        edited
    }
}

/// The JSON with these pieces in place of its own, all other bytes as they were. `None` would be a bug of ours.
fn splice(raw: &str, mut pieces: Vec<Splice>) -> Option<String> {
    pieces.sort_by_key(|(literal, _)| literal.start);
    let mut json = String::with_capacity(raw.len());
    let mut at = 0;
    for (literal, piece) in pieces {
        json.push_str(raw.get(at..literal.start)?);
        json.push_str(&piece);
        at = literal.end;
    }
    json.push_str(raw.get(at..)?);
    Some(json)
}
