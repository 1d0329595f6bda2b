//! The process that colours code: this program again ([`child`](super::child)). Started with the first code, killed when
//! one message's takes too long, and let go when nobody has sent any for a while, with the tens of megabytes that its
//! grammars take.

use std::{io, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::{Block, Parts};

/// The word after the program's name: `config::Command::Highlight`.
const COMMAND: &str = "highlight";
/// For how long one message's code is looked at. A language's first block waits for its grammar to be read: half a
/// second for the largest, on a slow machine more.
const LIMIT: Duration = Duration::from_secs(3);

/// The process, while there is one.
pub struct Process {
    program: PathBuf,
    running: Option<Running>,
}

impl Process {
    /// One that isn't there yet.
    pub const fn of(program: PathBuf) -> Self {
        Self { program, running: None }
    }

    /// Lets it go.
    pub fn end(&mut self) {
        self.running = None;
    }

    /// Each block's parts; `None` for one in no language that is known.
    ///
    /// # Errors
    /// `TimedOut`, and what else ends a process; the next is asked of another.
    pub async fn colours(&mut self, blocks: &[Block]) -> io::Result<Vec<Option<Parts>>> {
        loop {
            let kept = self.running.take();
            let was_kept = kept.is_some();
            let mut running = kept.map_or_else(|| Running::start(&self.program), Ok)?;
            match timeout(LIMIT, running.colours(blocks)).await {
                Ok(Ok(colours)) => {
                    self.running = Some(running);
                    return Ok(colours);
                }
                // It may have ended while it was asked nothing.
                Ok(Err(_)) if was_kept => (),
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            }
        }
    }
}

/// Dropped, it is killed.
struct Running {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    /// It is given nothing of what this process knows.
    fn start(program: &PathBuf) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(COMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let output = BufReader::new(output);
        Ok(Self {
            _child: child,
            input,
            output,
        })
    }

    async fn colours(&mut self, blocks: &[Block]) -> io::Result<Vec<Option<Parts>>> {
        let mut line = serde_json::to_vec(blocks)?;
        line.push(b'\n');
        self.input.write_all(&line).await?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}
