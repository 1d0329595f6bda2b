//! The program as a process.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

const SERVE: [&str; 4] = ["--address", "127.0.0.1:0", "--venues", "demo"];
const PROGRAM: &str = env!("CARGO_BIN_EXE_squawkbox");
/// The password of everyone in these tests.
pub const PASSWORD: &str = "violet tractor under 9 moons";

/// A server process; killed when dropped.
pub struct Server {
    child: Child,
    /// Such as `http://127.0.0.1:41234`.
    pub url: String,
}

impl Server {
    /// Starts on a free port and waits for the line that tells it.
    pub fn start(data: &Path) -> Self {
        Self::listen(command(PROGRAM, data, &SERVE))
    }

    /// Starts on a port that was free a moment ago.
    pub fn start_at(data: &Path, port: &str) -> Self {
        let address = format!("127.0.0.1:{port}");
        Self::listen(command(PROGRAM, data, &["--address", &address, "--venues", "demo"]))
    }

    /// Starts with a disk that holds no file larger than `bytes`.
    pub fn start_with_room_for(bytes: u64, data: &Path) -> Self {
        // Without the trap, the first write beyond would end the process rather than fail.
        let script = format!("trap '' XFSZ; exec prlimit --fsize={bytes}:unlimited \"$0\" \"$@\"");
        Self::listen(command("sh", data, &[&["-c", &script, PROGRAM], &SERVE[..]].concat()))
    }

    /// Gives the disk all the room there is.
    pub fn make_room(&self) {
        let pid = self.child.id().to_string();
        let mut command = Command::new("prlimit");
        let done = command.args(["--pid", &pid, "--fsize=unlimited"]).status();
        assert!(done.expect("prlimit").success());
    }

    /// The processes that it has begun and that are there.
    #[cfg(target_os = "linux")]
    pub fn children(&self) -> Vec<u32> {
        let own = self.child.id().to_string();
        let is_own = |process: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // Behind the name, which may hold anything: its state, and whose it is.
            let parent = stat
                .rsplit_once(')')
                .and_then(|(_, rest)| rest.split_whitespace().nth(1));
            parent == Some(&own)
        };
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter(is_own).collect()
    }

    fn listen(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let url = line
            .trim()
            .strip_prefix("Squawkbox is at ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        Self { child, url }
    }

    /// As `kill -9`: nothing gets to finish anything.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// As `kill`: asks it to stop and tells how it left and after how long.
    pub fn terminate(&mut self) -> (ExitStatus, Duration) {
        self.signal("-TERM")
    }

    /// As Ctrl-C.
    pub fn interrupt(&mut self) -> (ExitStatus, Duration) {
        self.signal("-INT")
    }

    fn signal(&mut self, signal: &str) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .expect("kill")
                .success()
        );
        (self.child.wait().expect("it ends"), asked.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the system knows of a process, be it that nobody has asked how it ended.
#[cfg(target_os = "linux")]
pub fn is_there(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}

/// Runs a command to its end, with `input` on standard input.
pub fn run(data: &Path, args: &[&str], input: &str) -> Output {
    let mut child = command(PROGRAM, data, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that reads nothing may be gone already.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

/// Runs a command to its end with a further variable.
pub fn run_with(data: &Path, args: &[&str], (name, value): (&str, &str)) -> Output {
    command(PROGRAM, data, args).env(name, value).output().expect("it runs")
}

/// `squawkbox pipe` with a token.
pub fn pipe(args: &[&str], token: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("pipe").args(args).env("SQUAWKBOX_TOKEN", token);
    command
}

fn command(program: &str, data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .env("SQUAWKBOX_DATA", data)
        .env("LEPTOS_SITE_ROOT", data)
        .current_dir(data);
    command
}
