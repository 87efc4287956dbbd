//! `chathook completions` and `chathook man`: what a shell and `man` know about the program.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use clap_complete::Shell;

/// Print a script that lets a shell complete chathook's commands and options
#[derive(Args)]
#[command(after_help = "Examples:\n  \
chathook completions bash >~/.local/share/bash-completion/completions/chathook\n  \
chathook completions zsh >\"${fpath[1]}/_chathook\"\n  \
chathook completions fish >~/.config/fish/completions/chathook.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Write the manual pages, one for each command
#[derive(Args)]
#[command(after_help = "Example:\n  chathook man ~/.local/share/man/man1 && man chathook")]
pub struct ManualPages {
    /// The folder to write them to; it is created if needed
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Completions {
    pub fn run(&self, mut program: clap::Command) -> anyhow::Result<ExitCode> {
        // Into memory first: the generator panics if its reader goes away.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "chathook", &mut script);
        std::io::stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl ManualPages {
    pub fn run(&self, program: clap::Command) -> anyhow::Result<ExitCode> {
        let folder = &self.folder;
        std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(program, folder))
            .with_context(|| format!("cannot write to {}", folder.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
