//! `chathook rules pack`

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use chathook_moderation::RulesSource;
use clap::Args;

use crate::clock::now;
use crate::progress::count;

/// Pack a rules file and its word lists into one file that loads in milliseconds
///
/// Functions, `serve` and the other commands accept it wherever they accept a rules file. Rules with a mistake in them
/// are not packed.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    rules: super::arguments::Rules,

    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    ensure!(
        !arguments.output.is_dir(),
        "{} is a folder; name the file to write, such as {}",
        arguments.output.display(),
        arguments.output.join("rules.pack").display()
    );
    let mut source = super::load::source(&arguments.rules.path)?;
    // Judged by a pack, what is older than the pack is undecided: other rules may have allowed it.
    source.set_made_at(now());
    let packed = source.pack()?;
    let source = RulesSource::from_bytes("the pack", packed.clone())?;
    let start = Instant::now();
    let rules = source.compile().context("the pack cannot be read back, a bug in chathook; please report it")?;
    let passed = start.elapsed();

    // Whoever reads the file meanwhile gets the whole old one or the whole new one.
    let output = &arguments.output;
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let cannot_write = || format!("cannot write {}", output.display());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(".".as_ref())).with_context(cannot_write)?;
    file.write_all(&packed).with_context(cannot_write)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).with_context(cannot_write)?;
    }
    file.persist(output).with_context(cannot_write)?;
    println!(
        "{}: {} with the id {}, {} bytes, loaded in {:.1} ms",
        output.display(),
        count(rules.len() as u64, "rule"),
        rules.edition().id,
        packed.len(),
        passed.as_secs_f64() * 1000.0
    );
    Ok(ExitCode::SUCCESS)
}
