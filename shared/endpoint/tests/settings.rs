//! Settings: every problem is reported, with the variable and the fix.

use chathook_endpoint::Settings;
use chathook_endpoint::settings::{LogLevel, OnFailure};

fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
    let read = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Settings::read(read).map_err(|error| error.to_string())
}

#[test]
fn the_defaults() {
    let settings = read(&[("SDK_APP_ID", "1400000001"), ("CALLBACK_TOKEN", "secret"), ("RETENTION_DAYS", "")]).unwrap();
    insta::assert_debug_snapshot!("defaults", settings);
}

#[test]
fn all_of_them() {
    let settings = read(&[
        ("SDK_APP_ID", "1400000001"),
        ("CALLBACK_TOKEN", "secret"),
        ("PREVIOUS_CALLBACK_TOKEN", "older"),
        ("REFUSE_REPLAYS", "true"),
        ("TABLE_NAME", "messages"),
        ("QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/000000000000/queue"),
        ("RULES_PATH", "rules/strict.toml"),
        ("ON_FAILURE", "reject"),
        ("ANSWER_WITHIN_MS", "100"),
        ("STORE_ONLINE_ONLY", "false"),
        ("JUDGE_AFTER", "false"),
        ("RETENTION_DAYS", "365"),
        ("LOG_LEVEL", "debug"),
    ])
    .unwrap();
    assert_eq!((settings.tokens.len(), settings.refuse_replays), (2, true));
    assert!(settings.queue_url.as_deref().is_some_and(|url| url.ends_with("/queue")));
    assert_eq!(settings.table_name().unwrap(), "messages");
    assert_eq!(settings.on_failure, OnFailure::Reject);
    assert_eq!((settings.answer_within.as_millis(), settings.store_online_only), (100, false));
    assert!(!settings.judge_after);
    assert_eq!((settings.retention_days, settings.log_level), (Some(365), LogLevel::Debug));
}

#[test]
fn unsigned_runs_only_on_request() {
    let app = ("SDK_APP_ID", "1400000001");
    assert!(read(&[app, ("ALLOW_UNSIGNED", "true")]).unwrap().tokens.is_empty());
    assert!(read(&[app, ("ALLOW_UNSIGNED", "false")]).is_err());
    // A token that is there is used, whatever else is allowed.
    assert_eq!(read(&[app, ("ALLOW_UNSIGNED", "true"), ("CALLBACK_TOKEN", "t")]).unwrap().tokens.len(), 1);
}

#[test]
fn every_problem_names_the_variable_and_the_fix() {
    let nothing = read(&[]).unwrap_err();
    let all_wrong = read(&[
        ("SDK_APP_ID", "my app"),
        ("CALLBACK_TOKEN", " secret"),
        ("ALLOW_UNSIGNED", "yes"),
        ("REFUSE_REPLAYS", "1"),
        ("QUEUE_URL", "queue"),
        ("ON_FAILURE", "deny"),
        ("ANSWER_WITHIN_MS", "2000"),
        ("STORE_ONLINE_ONLY", "1"),
        ("JUDGE_AFTER", "no"),
        ("RETENTION_DAYS", "0"),
    ])
    .unwrap_err();
    let only_previous = read(&[("SDK_APP_ID", "1"), ("PREVIOUS_CALLBACK_TOKEN", "old")]).unwrap_err();
    let no_table = read(&[("SDK_APP_ID", "1"), ("CALLBACK_TOKEN", "t")]).unwrap().table_name().unwrap_err().to_string();
    assert!(!all_wrong.contains("secret"), "a token must not be shown: {all_wrong}");
    insta::assert_snapshot!("problems", [nothing, all_wrong, only_previous, no_table].join("\n\n"));
}
