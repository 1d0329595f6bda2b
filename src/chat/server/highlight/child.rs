//! `squawkbox highlight`: the process that colours code. Each line that it reads is a message's blocks in JSON, each that
//! it writes their colours. It ends with its input, also when a grammar doesn't.

use std::{
    io::{self, BufRead, Write},
    process::exit,
    sync::mpsc,
    thread,
};

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};

use super::{Block, Parts, grammars::parts};

/// Bytes of memory that it may take: a grammar that grows for ever ends here, not the machine.
const MEMORY: u64 = 1 << 30;

/// Colours what comes on standard input.
///
/// # Errors
/// When that isn't what the server sends, or nobody reads the answer.
pub fn run() -> io::Result<()> {
    let maximum = getrlimit(Resource::As).maximum;
    let limit = Rlimit {
        current: Some(maximum.map_or(MEMORY, |bytes| bytes.min(MEMORY))),
        maximum,
    };
    setrlimit(Resource::As, limit)?;
    // Messages go first.
    nice(10)?;
    let (lines, input) = mpsc::sync_channel(1);
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
        // The server is gone.
        exit(0);
    });
    let mut output = io::stdout().lock();
    for line in input {
        let blocks: Vec<Block> = serde_json::from_str(&line)?;
        let colours = blocks.iter().map(|block| parts(&block.language, &block.code));
        serde_json::to_writer(&mut output, &colours.collect::<Vec<Option<Parts>>>())?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}
