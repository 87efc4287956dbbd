//! The table's client.

use crate::ArchiveError;

/// The table of messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Archive {
    table: String,
}

impl Archive {
    /// A client of `table`; no request is made yet. `endpoint`: `None` is AWS, with the region and credentials of the
    /// environment; a URL is a local engine, which needs neither.
    pub async fn connect(table: &str, _endpoint: Option<&str>) -> Self {
        Self { table: table.to_owned() }
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// One throw-away read, so that the connection stands before the first callback needs it.
    ///
    /// # Errors
    /// As every request.
    pub async fn warm_up(&self) -> Result<(), ArchiveError> {
        todo!()
    }

    /// Creates the table as the template does, unless it exists.
    ///
    /// # Errors
    /// As every request.
    pub async fn create_table(&self) -> Result<(), ArchiveError> {
        todo!()
    }
}
