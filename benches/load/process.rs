//! A process that listens, and what Linux says of it.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// How long a process may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// Unit of the times in `/proc/PID/stat`: Linux shows programs a hundredth of a second, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// A child process that listens on an address; it ends when this is dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Memory of a process, in bytes.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Resident: `VmRSS`.
    pub resident: u64,
    /// Of it heap and stacks, without the pages of files: `RssAnon`.
    pub anonymous: u64,
}

/// Ends its process also when starting fails half-way.
struct Guard(Option<Child>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

impl Process {
    /// Starts `command` and waits for the line that ends in `http://ADDRESS:PORT`.
    ///
    /// # Errors
    /// When it can't be started, ends, or doesn't say where it listens.
    pub fn start(mut command: Command) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{name} can't be started: {e}"))?;
        let mut guard = Guard(Some(child));
        let output = guard.0.as_mut().and_then(|child| child.stdout.take());
        let output = output.ok_or_else(|| format!("{name} has no output"))?;
        let (say, heard) = mpsc::sync_channel(1);
        // Reads on to the end, so that the process never waits for a full pipe; ends with it.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let address = line.rsplit_once("http://").and_then(|(_, rest)| rest.parse().ok());
                if let Some(address) = address {
                    let _ = say.try_send(address);
                }
            }
        });
        let address = heard
            .recv_timeout(PATIENCE)
            .map_err(|_| format!("{name} didn't say where it listens"))?;
        let child = guard.0.take().ok_or_else(|| format!("{name} is gone"))?;
        Ok(Self { child, address })
    }

    /// CPU time so far, of all threads, in and for the process; exact to 10 ms.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn cpu(&self) -> Result<Duration, String> {
        let text = self.read("stat")?;
        // The second field is the program's name in brackets, which may hold spaces.
        let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: Vec<u32> = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse().ok())
            .collect();
        match ticks[..] {
            [user, system] => Ok(TICK * (user + system)),
            _ => Err("the CPU time in /proc can't be read".into()),
        }
    }

    /// Memory now.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn memory(&self) -> Result<Memory, String> {
        let text = self.read("status")?;
        let bytes = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
                .map(|kib| kib * 1024)
                .ok_or_else(|| format!("{name} is missing: the process has ended"))
        };
        Ok(Memory {
            resident: bytes("VmRSS")?,
            anonymous: bytes("RssAnon")?,
        })
    }

    fn read(&self, name: &str) -> Result<String, String> {
        let file = format!("/proc/{}/{name}", self.child.id());
        std::fs::read_to_string(&file).map_err(|e| format!("the process has ended ({file}: {e})"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// At once: what it holds is thrown away.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
