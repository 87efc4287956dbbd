//! Files that commands read.

use std::io::Read as _;
use std::path::Path;

/// The content of a file, or of standard input for `-`.
pub fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file)
}
