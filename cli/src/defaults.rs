//! Defaults, which settings and options override. `serve` and the commands that look for it share them.

/// The app id of the demo app.
pub const DEMO_APP_ID: &str = "1400000000";

/// The token of the demo app. Everybody knows it, so it is used on loopback only.
pub const DEMO_TOKEN: &str = "chathook-demo";

/// The table's name.
pub const TABLE: &str = "chathook";

/// The folder in which `serve` keeps its data.
pub const DATA_FOLDER: &str = ".chathook";

/// The URL at which `serve` listens.
pub const WEBHOOK_URL: &str = "http://127.0.0.1:9000";
