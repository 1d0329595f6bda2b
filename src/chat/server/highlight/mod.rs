//! Code in colours, by a process of its own.
//!
//! What is pasted is read by other people's grammars, and some never come to an end on some texts: syntect 5.3 turns for
//! ever on an open comment in JavaScript. No thread can be stopped from outside; a process can. It is this program again
//! ([`child`]): started with the first code, told the blocks of one message at a time, killed when one takes too long, and
//! let go when nobody has sent code for a while, with the tens of megabytes that its grammars take.

pub mod child;
mod grammars;

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::server::shutdown::Shutdown;

#[cfg(test)]
pub use grammars::parts;

/// The word after the program's name that makes it a [`child`].
pub const COMMAND: &str = "highlight";
/// Messages that wait for colours; who sends another waits too.
const QUEUE: usize = 16;
/// For how long whoever speaks waits for colours, their turn included.
const PATIENCE: Duration = Duration::from_secs(5);
/// For how long one message's code is looked at. A language's first block waits for its grammar to be read: half a
/// second for the largest, on a slow machine more.
const LIMIT: Duration = Duration::from_secs(3);
/// How long a process that has nothing to do is kept.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// What a part of a code is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A text.
    String,
    /// A number, or another constant.
    Number,
    /// A remark.
    Comment,
    /// A function's name, or an attribute's.
    Function,
    /// A type's name.
    Type,
    /// A line that came, in a diff.
    Inserted,
    /// A line that went, in a diff.
    Deleted,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Keyword,
        Self::String,
        Self::Number,
        Self::Comment,
        Self::Function,
        Self::Type,
        Self::Inserted,
        Self::Deleted,
    ];

    /// Its name in the stylesheet.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::String => "string",
            Self::Number => "number",
            Self::Comment => "comment",
            Self::Function => "function",
            Self::Type => "type",
            Self::Inserted => "inserted",
            Self::Deleted => "deleted",
        }
    }
}

/// The parts of one block, in order: what each is, if it has a colour of its own, and its length in bytes.
pub type Parts = Vec<(Option<Class>, usize)>;

/// A block of code.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Block {
    /// What stands after its fence.
    pub language: String,
    /// The code.
    pub code: String,
}

/// Takes code of messages.
pub struct Highlighter(mpsc::Sender<Asked>);

struct Asked {
    blocks: Vec<Block>,
    answer: oneshot::Sender<Vec<Option<Parts>>>,
}

impl Highlighter {
    /// Begins to take code, which `program` colours; without one there are no colours.
    pub fn start(program: Option<PathBuf>, shutdown: &Shutdown) -> Self {
        let (asks, queue) = mpsc::channel(QUEUE);
        if let Some(program) = program {
            shutdown.spawn(run(program, queue));
        }
        Self(asks)
    }

    /// Each block's parts; `None` for one whose language isn't known, and for all where they take too long.
    pub async fn colours(&self, blocks: Vec<Block>) -> Option<Vec<Option<Parts>>> {
        let (answer, answered) = oneshot::channel();
        let asked = async {
            self.0.send(Asked { blocks, answer }).await.ok()?;
            answered.await.ok()
        };
        timeout(PATIENCE, asked).await.ok().flatten()
    }
}

async fn run(program: PathBuf, mut queue: mpsc::Receiver<Asked>) {
    let mut kept: Option<Worker> = None;
    loop {
        let asked = match timeout(IDLE, queue.recv()).await {
            Ok(Some(asked)) => asked,
            Ok(None) => return,
            Err(_) => {
                kept = None;
                continue;
            }
        };
        // Who asked has waited for their turn too long.
        if asked.answer.is_closed() {
            continue;
        }
        let mut worker = match kept.take().map_or_else(|| Worker::start(&program), Ok) {
            Ok(worker) => worker,
            Err(error) => {
                tracing::warn!(%error, "code can't be coloured");
                continue;
            }
        };
        match timeout(LIMIT, worker.colours(&asked.blocks)).await {
            Ok(Ok(colours)) => {
                // Who has stopped waiting in these moments shows the code without.
                let _ = asked.answer.send(colours);
                kept = Some(worker);
            }
            Ok(Err(error)) => tracing::warn!(%error, "code in a message can't be coloured"),
            Err(_) => tracing::warn!("code in a message took too long to colour: it is shown without colours"),
        }
    }
}

/// The process. Dropped, it is killed.
struct Worker {
    _process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// It is given nothing of what this process knows.
    fn start(program: &Path) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg(COMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let output = BufReader::new(output);
        Ok(Self {
            _process: process,
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
