//! Changing a message and nothing around the change.
//!
//! All rules match the original message, and what they change is laid over it in the order of the rules file. Where two
//! rules hit the same character, the first one has it; the other changes what is left of its hit. So no rule ever sees
//! another's work, and no order of overlapping hits can garble a text.

use std::collections::{BTreeMap, BTreeSet};

use chathook_protocol::{MAX_MESSAGE_BYTES, Rewrite, SendMsg};
use serde_json::value::RawValue;

use crate::graphemes::Graphemes;
use crate::moderate::Place;
use crate::rules::Change;
use crate::text::{Readable, Text};

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
    readable: &Readable<'_>,
    steps: &[Step<'r>],
    left_out: &mut Vec<&'r str>,
) -> Outcome {
    if steps.is_empty() {
        return Outcome::Unchanged;
    }
    let originals = &message.msg_body.elements;
    let protected = protect(readable, steps);

    let mut changed = !protected.removed.is_empty();
    let mut elements: Vec<Box<RawValue>> = Vec::with_capacity(originals.len());
    let mut customs = 0;
    for (index, element) in originals.iter().enumerate() {
        if protected.removed.contains(&index) {
            continue;
        }
        customs += usize::from(element.msg_type == CUSTOM);
        match protected.texts.get(&index) {
            Some(texts) => {
                changed = true;
                let Some(spliced) = splice(element.raw, texts) else { return Outcome::Unsendable };
                elements.push(spliced);
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

    let mut custom_data = None;
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
            Change::SetCustomData(data) => custom_data = Some(data),
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
        rewrite = rewrite.cloud_custom_data(data.clone());
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
struct Protected<'t, 'a> {
    /// Elements that go.
    removed: BTreeSet<usize>,
    /// By element, the texts that change, in the order they stand in it.
    texts: BTreeMap<usize, Vec<(&'t Text<'a>, String)>>,
}

fn protect<'t, 'a>(readable: &'t Readable<'a>, steps: &[Step<'_>]) -> Protected<'t, 'a> {
    let mut removed = BTreeSet::new();
    let mut edits: BTreeMap<usize, Edit<'_>> = BTreeMap::new();
    for step in steps {
        match step.change {
            Change::RemoveElement => removed.extend(step.places.iter().map(|place| place.element)),
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
            Change::AppendElement { .. } | Change::SetCustomData(_) => {}
        }
    }
    let mut texts: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for (index, edit) in edits {
        let Some(text) = readable.texts.get(index) else { continue };
        let edited = edit.finish(&text.value);
        if edited != text.value {
            texts.entry(text.element).or_default().push((text, edited));
        }
    }
    Protected { removed, texts }
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
        let fates = vec![Fate::Stays; graphemes.len()];
        Self { graphemes, fates }
    }

    /// Puts `with` in place of each character (`each`) or of each run of overlapping hits. `places` are in order.
    fn put(&mut self, places: &[Place], with: &'r str, each: bool) {
        let mut runs = places.iter().map(|place| self.graphemes.covering(&place.span)).peekable();
        let mut joined = Vec::new();
        while let Some(mut run) = runs.next() {
            while let Some(overlapping) = runs.next_if(|next| next.start < run.end) {
                run.end = run.end.max(overlapping.end);
            }
            joined.push(run);
        }
        for run in joined {
            let mut fate = Fate::Becomes(with);
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

/// The element with these texts in place of its own, all other bytes as they were. `None` would be a bug of ours.
fn splice(raw: &RawValue, texts: &[(&Text<'_>, String)]) -> Option<Box<RawValue>> {
    let mut json = String::with_capacity(raw.get().len());
    let mut at = 0;
    for (text, edited) in texts {
        json.push_str(raw.get().get(at..text.literal.start)?);
        json.push_str(&serde_json::to_string(edited).ok()?);
        at = text.literal.end;
    }
    json.push_str(raw.get().get(at..)?);
    RawValue::from_string(json).ok()
}
