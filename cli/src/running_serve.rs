//! How other commands find a running `serve`: it leaves a file in its data folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::callback_client::is_chathook;
use crate::private;

/// A running `serve`.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunningServe {
    /// The webhook's URL.
    pub webhook: String,
    /// The table's endpoint.
    pub dynamodb: String,
}

impl RunningServe {
    /// The `serve` that runs with this data folder, if one does.
    pub fn find(folder: &Path) -> Option<Self> {
        let running: Self = serde_json::from_slice(&std::fs::read(Self::file(folder)).ok()?).ok()?;
        // A `serve` that was killed left its file behind, and another program may use its port now.
        is_chathook(&running.webhook).then_some(running)
    }

    /// Announces this `serve` in its data folder.
    pub fn announce(&self, folder: &Path) -> anyhow::Result<()> {
        private::create_folder(folder)?;
        let mut file = private::open_file(&Self::file(folder))?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        Ok(())
    }

    /// Withdraws the announcement.
    pub fn withdraw(folder: &Path) {
        // A file that is gone or stays does no harm: `find` checks whether `serve` answers.
        let _ = std::fs::remove_file(Self::file(folder));
    }

    fn file(folder: &Path) -> PathBuf {
        folder.join("serve.json")
    }
}
