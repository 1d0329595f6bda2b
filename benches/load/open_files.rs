//! Enough file descriptors for a socket per person at both ends.

use std::{os::unix::process::CommandExt, process::Command};

/// Makes sure that this process, and those it starts, may have `wanted` files open. Where fewer are allowed but
/// more may be had, the program starts anew through a shell that raises the limit: the standard library can't.
///
/// # Errors
/// A sentence that says what to do.
pub fn allow(wanted: u64) -> Result<(), String> {
    let (soft, hard) = limits()?;
    if soft >= wanted {
        return Ok(());
    }
    if hard < wanted {
        return Err(format!(
            "a process may have only {hard} files open here and {wanted} are needed: raise the hard limit \
             (ulimit -Hn) and run this again."
        ));
    }
    let exe = std::env::current_exe().map_err(|e| format!("this program can't be found: {e}"))?;
    let error = Command::new("sh")
        .args(["-c", &format!("ulimit -Sn {wanted} && exec \"$0\" \"$@\"")])
        .arg(exe)
        .args(std::env::args_os().skip(1))
        .exec();
    Err(format!(
        "the limit of open files can't be raised ({error}): run `ulimit -n {wanted}` first."
    ))
}

/// The soft and the hard limit.
fn limits() -> Result<(u64, u64), String> {
    let text = std::fs::read_to_string("/proc/self/limits")
        .map_err(|e| format!("this runs on Linux alone, with /proc: {e}"))?;
    let number = |word: &str| {
        if word == "unlimited" {
            Some(u64::MAX)
        } else {
            word.parse().ok()
        }
    };
    text.lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| {
            let mut words = rest.split_whitespace();
            Some((number(words.next()?)?, number(words.next()?)?))
        })
        .ok_or_else(|| "/proc/self/limits doesn't say how many files may be open".into())
}
