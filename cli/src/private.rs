//! The files on this machine hold people's messages, so only their owner may read them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::path::Path;

use anyhow::Context as _;

/// Creates the folder, and those that it is in, for their owner alone. One that exists is left as it is.
pub fn create_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Opens the file to write to it, for its owner alone, and creates it if it is not there. Its content stays.
pub fn open_file(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = || {
        let file = options.create(true).truncate(false).write(true).open(path)?;
        // It may exist already, with other permissions.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        std::io::Result::Ok(file)
    };
    open().with_context(|| format!("cannot open {} for its owner alone", path.display()))
}
