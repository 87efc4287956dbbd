//! After a message was sent or changed: the rules judge what people can see now.
//!
//! A message may come past moderation, and an edit always does. So those that store what happened judge it too, by the
//! same rules. Nothing here may harm what is stored: it runs while the table is asked, and a panic only costs the
//! judgement.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chathook_archive::{Span, ViolationRecord, ViolationReport};
use chathook_moderation::{Delivered, Rules, Undecided, Violation};
use serde_json::value::RawValue;

use crate::callback::Callback;
use crate::error::EndpointError;
use crate::outcome::AgainstRules;

/// The fields of after-callbacks that hold what people see.
const TEXTS: [&str; 3] = ["MsgBody", "CloudCustomData", "ExtensionList"];

/// Who knows the rules that are in force.
pub trait RulesInForce: Send + Sync {
    /// The rules; `None` if they are unusable.
    fn rules(&self) -> Option<Arc<Rules>>;
}

impl<R: RulesInForce + ?Sized> RulesInForce for Arc<R> {
    fn rules(&self) -> Option<Arc<Rules>> {
        self.as_ref().rules()
    }
}

/// What was found, to be stored and reported.
pub(crate) struct Found {
    /// The violation as it is stored.
    pub record: ViolationRecord,
    against: AgainstRules,
    /// How many bytes each hit covers, under its rule.
    span_bytes: Vec<(String, usize)>,
    rules_id: String,
}

/// Judges what the callback shows, once the table was asked to store it. `None` if that keeps the rules, or if nobody can
/// say.
pub(crate) async fn judge(
    rules: &dyn RulesInForce,
    callback: &Callback<'_>,
    retention_days: Option<u32>,
) -> Option<Found> {
    // The request is on its way when the connection has had its turn.
    tokio::task::yield_now().await;
    let judge = AssertUnwindSafe(|| found(&*rules.rules()?, callback, retention_days));
    std::panic::catch_unwind(judge).unwrap_or_else(|_| {
        tracing::error!(
            request_id = callback.request_id,
            command = callback.command.as_str(),
            reason = %EndpointError::Panic,
            "a message was not judged when it was stored"
        );
        None
    })
}

fn found(rules: &Rules, callback: &Callback<'_>, retention_days: Option<u32>) -> Option<Found> {
    let Callback { query, received_at, .. } = *callback;
    // A body without the shape of its command is not stored either, and that is reported.
    if callback.command.is_change() {
        let change = callback.change().ok()?;
        let violation = violation(rules, &Delivered::changed(&change, received_at)?, callback)?;
        let record = ViolationRecord::of_change(
            &change,
            &report(rules, &violation, callback),
            query,
            received_at,
            retention_days,
        )?;
        Some(Found::new(record, rules, &violation))
    } else {
        let message = callback.message().ok()?;
        let violation = violation(rules, &Delivered::sent(&message, received_at)?, callback)?;
        let record = ViolationRecord::of_message(
            &message,
            &report(rules, &violation, callback),
            query,
            received_at,
            retention_days,
        );
        Some(Found::new(record, rules, &violation))
    }
}

/// What is against the rules in a message as it was read, else in what its callback holds beside it.
fn violation<'r>(rules: &'r Rules, delivered: &Delivered<'_>, callback: &Callback<'_>) -> Option<Violation<'r>> {
    let Callback { body, leftover, query, .. } = callback;
    let twice = TEXTS.iter().flat_map(|name| body.passed_over(name)).map(RawValue::get);
    rules
        .violation(delivered, query)
        .or_else(|| twice.chain(*leftover).find_map(|text| rules.violation_beside(delivered, text, query)))
}

fn report<'a>(rules: &'a Rules, violation: &'a Violation<'_>, callback: &Callback<'a>) -> ViolationReport<'a> {
    let spans = violation.hits.iter().map(|hit| Span {
        rule: hit.rule,
        element: hit.element,
        field: &hit.field,
        start: hit.span.start,
        end: hit.span.end,
    });
    ViolationReport {
        verdict: violation.decision.name(),
        rules: violation.rules().collect(),
        spans: spans.collect(),
        undecided: violation.undecided.map(Undecided::name),
        rules_id: &rules.edition().id,
        rules_made_at: rules.edition().made_at,
        request_id: callback.request_id,
    }
}

impl Found {
    fn new(record: ViolationRecord, rules: &Rules, violation: &Violation<'_>) -> Self {
        let against = AgainstRules {
            verdict: violation.decision.name(),
            rules: violation.rules().map(str::to_owned).collect(),
            undecided: violation.undecided.map(Undecided::name),
        };
        let span_bytes = violation.hits.iter().map(|hit| (hit.rule.to_owned(), hit.span.len())).collect();
        Self { record, against, span_bytes, rules_id: rules.edition().id.clone() }
    }

    /// Counts and logs a violation that is new in the table: whose message it is, and what the rules found. Never what it
    /// says.
    pub fn tell(self, callback: &Callback<'_>) -> AgainstRules {
        let Self { record, against, span_bytes, rules_id } = self;
        let command = callback.command.as_str();
        let of = |name| record.attribute(name);
        metrics::counter!(
            if against.undecided.is_none() { "DeliveredAgainstRules" } else { "DeliveredUndecided" },
            "command" => command
        )
        .increment(1);
        tracing::warn!(
            request_id = callback.request_id,
            command,
            verdict = against.verdict,
            undecided = against.undecided,
            reason = record.reason().as_str(),
            from_account = of("From_Account"),
            operator_account = of("Operator_Account"),
            to_account = of("To_Account"),
            group_id = of("GroupId"),
            topic_id = of("TopicId"),
            msg_key = of("MsgKey"),
            msg_seq = of("MsgSeq"),
            random = of("Random"),
            msg_id = of("MsgId"),
            violation_id = record.id(),
            rules = ?against.rules,
            span_bytes = ?span_bytes,
            rules_id,
            "delivered against the rules"
        );
        against
    }
}
