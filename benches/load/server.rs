//! The real server, built for release, as a process of its own.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::process::Process;

/// The server, with a folder that goes when it does.
pub struct Server {
    /// The process; ends before the folder is removed.
    pub process: Process,
    folder: TempDir,
}

impl Server {
    /// Ends it at once, as a crash would, and starts it anew on its data: elsewhere, for the system picks the port.
    ///
    /// # Errors
    /// As [`start`].
    pub fn restart(self) -> Result<Self, String> {
        drop(self.process);
        start(self.folder)
    }
}

/// A new folder for data.
///
/// # Errors
/// When there is no room for temporary files.
pub fn folder() -> Result<TempDir, String> {
    tempfile::tempdir().map_err(|e| format!("a temporary folder can't be made: {e}"))
}

/// Where the databases go inside a [`folder`].
pub fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Starts the server on `folder`, with its default settings, on a port that is free.
///
/// # Errors
/// With the end of the server's log when it doesn't start.
pub fn start(folder: TempDir) -> Result<Server, String> {
    start_with(folder, &[])
}

/// The same with further settings.
///
/// # Errors
/// As [`start`].
pub fn start_with(folder: TempDir, settings: &[&str]) -> Result<Server, String> {
    launch(&data(folder.path()), folder, settings)
}

/// Starts the server in the same way on a data folder that stays.
///
/// # Errors
/// As [`start`].
pub fn start_on(data: &Path) -> Result<Server, String> {
    launch(data, folder()?, &[])
}

fn launch(data: &Path, folder: TempDir, settings: &[&str]) -> Result<Server, String> {
    let log = folder.path().join("log");
    let stderr = File::create(&log).map_err(|e| format!("the log can't be kept: {e}"))?;
    let mut command = Command::new(program());
    command
        .args(["--address", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(settings)
        .env("LEPTOS_SITE_ROOT", site(folder.path())?)
        .stderr(Stdio::from(stderr));
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SQUAWKBOX_")) {
        command.env_remove(name);
    }
    let process = Process::start(command).map_err(|error| {
        let said = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        format!("{error}\n{}", lines[lines.len().saturating_sub(5)..].join("\n"))
    })?;
    Ok(Server { process, folder })
}

/// `SQUAWKBOX_PROGRAM`, else what cargo built beside this program.
fn program() -> OsString {
    env::var_os("SQUAWKBOX_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_squawkbox").into())
}

/// Where the built site is: cargo-leptos's word for it, else where a build leaves it.
pub fn built_site() -> Option<PathBuf> {
    let named = env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
    let left = PathBuf::from("target/site");
    named.into_iter().chain([left]).find(|root| root.join("pkg").is_dir())
}

/// The built site, else an empty one: nothing here looks at pages.
fn site(folder: &Path) -> Result<PathBuf, String> {
    let absolute = built_site().and_then(|root| fs::canonicalize(root).ok());
    if let Some(root) = absolute {
        return Ok(root);
    }
    let root = folder.join("site");
    fs::create_dir_all(root.join("pkg")).map_err(|e| format!("an empty site can't be made: {e}"))?;
    Ok(root)
}
