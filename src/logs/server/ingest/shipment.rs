//! What a shipper sends, until it can be read: whose it is, how much of it there may be, and unpacked.

use std::{
    hash::Hash,
    io::Read,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Request},
    http::{
        HeaderName,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
        request::Parts,
    },
};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use tokio::sync::Semaphore;

use crate::{
    accounts::server::tokens::{IngestToken, Refused},
    error::AppError,
    logs::server::quotas::Much,
    server::{
        error::internal,
        inflight::{Room, read, too_large},
        limits::PerKey,
        state::AppState,
    },
};

/// Bytes of a packed body that are unpacked before other tasks get a turn.
const PIECE: usize = 64 * 1024;
/// How far back zstd may look, as a power of two: 8 MiB, as RFC 9659 has it for bodies.
const WINDOW: u32 = 23;
/// Bodies of zstd that are unpacked at the same time, by all who send: each may take the window beside what it unpacks to.
static TURNS: Semaphore = Semaphore::const_new(4);
/// What is counted as one by [`pace`], in bytes.
const COUNTED: usize = 1024;

/// What each token, or address, may bring: 64 MiB at once, unpacked, then 16 MiB a second.
pub fn pace<K: Hash + Eq + Clone>() -> PerKey<K> {
    PerKey::new(64 * 1024, Duration::from_nanos(1_000_000_000 / (16 * 1024)))
}

/// A body, and from whom it is. It is held until all of it is kept, and its room with it.
pub struct Shipment {
    /// Whose it is.
    pub token: IngestToken,
    /// The head of the request.
    pub parts: Parts,
    /// The body, unpacked.
    pub bytes: Bytes,
    room: Room,
}

/// Receives the body of a request: `most` bytes of it as it is sent, and again as it is unpacked.
///
/// # Errors
/// Those of the token; `TooLarge`, `Busy`, `SlowDown` when the token brings too much; `Invalid` when it can't be unpacked.
pub async fn receive(state: &AppState, request: Request, most: usize) -> Result<Shipment, Refused> {
    let (mut parts, body) = request.into_parts();
    let token = IngestToken::from_request_parts(&mut parts, state).await?;
    let packing = Packing::of(&parts)?;
    let mut room = state.in_flight.room(token.id);
    let mut bytes = read(body, most, |bytes| room.more(bytes)).await?;
    if let Some(packing) = packing {
        let mut larger = state.in_flight.room(token.id);
        bytes = unpack(&bytes, packing, most, &mut larger).await?.into();
        room = larger;
    }
    keep_pace(state, &token, bytes.len())?;
    bring(state, &token, Much::Bytes(bytes.len()))?;
    Ok(Shipment {
        token,
        parts,
        bytes,
        room,
    })
}

fn keep_pace(state: &AppState, token: &IngestToken, bytes: usize) -> Result<(), AppError> {
    let many = u32::try_from(bytes.div_ceil(COUNTED)).ok().and_then(NonZeroU32::new);
    many.map_or(Ok(()), |many| state.logs.pace.check_many(&token.id, many))
}

fn bring(state: &AppState, token: &IngestToken, much: Much) -> Result<(), AppError> {
    state.logs.quotas.bring(token.id, token.limit, much, Instant::now())
}

impl Shipment {
    /// Counts its lines, before the first of them is kept.
    ///
    /// # Errors
    /// `SlowDown` when the token has brought as many as it may.
    pub fn count(&self, state: &AppState, lines: usize) -> Result<(), AppError> {
        bring(state, &self.token, Much::Lines(lines))
    }

    /// The media type of the body in small letters, without parameters; empty when none is named.
    pub fn kind(&self) -> String {
        let kind = text(&self.parts, CONTENT_TYPE);
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().to_ascii_lowercase()
    }

    /// True when the body is JSON: its type says so, or nothing does and it looks like it.
    pub fn is_json(&self) -> bool {
        let kind = self.kind();
        match kind.as_str() {
            "" => self.bytes.trim_ascii_start().starts_with(b"{"),
            kind => kind.ends_with("/json"),
        }
    }

    /// Replaces the body by what is in the block of snappy that it is; `most` bytes at most.
    ///
    /// # Errors
    /// As [`receive`].
    pub async fn unsnap(&mut self, state: &AppState, most: usize) -> Result<(), AppError> {
        let no_snappy =
            |_| AppError::Invalid("The body is no block of snappy, in which this protocol packs it.".into());
        // The length that the block claims, before anything is made of it.
        let length = snap::raw::decompress_len(&self.bytes).map_err(no_snappy)?;
        if length > most {
            return Err(too_large(most));
        }
        let mut larger = state.in_flight.room(self.token.id);
        larger.more(length)?;
        keep_pace(state, &self.token, length.saturating_sub(self.bytes.len()))?;
        let packed = self.bytes.clone();
        let unpacked = aside(move || snap::raw::Decoder::new().decompress_vec(&packed)).await?;
        self.bytes = unpacked.map_err(no_snappy)?.into();
        self.room = larger;
        Ok(())
    }
}

/// Does what takes long beside the tasks that answer others.
///
/// # Errors
/// `Internal` when it panics.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| internal("reading a body", &cause))
}

#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Deflate,
    Zstd,
}

impl Packing {
    /// By the header `Content-Encoding`. `snappy` is none of its own: it names the block that Loki's protobuf always is.
    fn of(parts: &Parts) -> Result<Option<Self>, AppError> {
        match text(parts, CONTENT_ENCODING).trim().to_ascii_lowercase().as_str() {
            "" | "identity" | "snappy" => Ok(None),
            "gzip" | "x-gzip" => Ok(Some(Self::Gzip)),
            "deflate" => Ok(Some(Self::Deflate)),
            "zstd" => Ok(Some(Self::Zstd)),
            other => Err(AppError::Invalid(format!(
                "A body with Content-Encoding {other:.40} can't be read: send it as gzip, zstd, deflate, or as it is."
            ))),
        }
    }
}

/// A header as text; empty when it is missing or none.
fn text(parts: &Parts, name: HeaderName) -> &str {
    let header = parts.headers.get(name);
    header.and_then(|header| header.to_str().ok()).unwrap_or_default()
}

async fn unpack(packed: &[u8], packing: Packing, most: usize, room: &mut Room) -> Result<Vec<u8>, AppError> {
    let turn = match packing {
        Packing::Zstd => TURNS.acquire().await.ok(),
        Packing::Gzip | Packing::Deflate => None,
    };
    let all = unpacked(packed, packing, most, room).await;
    drop(turn);
    all
}

async fn unpacked(packed: &[u8], packing: Packing, most: usize, room: &mut Room) -> Result<Vec<u8>, AppError> {
    let mut reader: Box<dyn Read + Send + '_> = match packing {
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)
                .map_err(|cause| internal("making room to unpack zstd", &cause))?;
            decoder
                .window_log_max(WINDOW)
                .map_err(|cause| internal("bounding the room to unpack zstd", &cause))?;
            Box::new(decoder)
        }
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Packing::Deflate if is_zlib(packed) => Box::new(ZlibDecoder::new(packed)),
        Packing::Deflate => Box::new(DeflateDecoder::new(packed)),
    };
    let (mut all, mut piece) = (Vec::new(), vec![0; PIECE]);
    loop {
        let count = reader.read(&mut piece).map_err(|_| {
            AppError::Invalid("The body isn't packed in the way that its header Content-Encoding says.".into())
        })?;
        if count == 0 {
            return Ok(all);
        }
        if all.len() + count > most {
            return Err(too_large(most));
        }
        room.more(count)?;
        all.extend_from_slice(&piece[..count]);
        tokio::task::yield_now().await;
    }
}

/// `deflate` means zlib's form (RFC 9110), but some send what is in it bare.
fn is_zlib(packed: &[u8]) -> bool {
    matches!(packed, [first, second, ..] if first & 15 == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;
    use crate::server::inflight::InFlight;

    #[tokio::test]
    async fn packed_bodies_of_any_form_up_to_the_limit() {
        let text = b"line\n".repeat(60_000);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        for writer in [&mut gzip as &mut dyn Write, &mut zlib, &mut bare] {
            writer.write_all(&text).unwrap();
        }
        // As they come from whoever flushes: several frames, none of which says how long it is.
        let mut zstd = Vec::new();
        for piece in text.chunks(100_000) {
            let mut frame = zstd::stream::write::Encoder::new(&mut zstd, 3).unwrap();
            frame.write_all(piece).unwrap();
            frame.finish().unwrap();
        }
        let in_flight = InFlight::default();
        for (packed, packing) in [
            (zstd, Packing::Zstd),
            (zstd::bulk::compress(&text, 19).unwrap(), Packing::Zstd),
            (gzip.finish().unwrap(), Packing::Gzip),
            (zlib.finish().unwrap(), Packing::Deflate),
            (bare.finish().unwrap(), Packing::Deflate),
        ] {
            let mut room = in_flight.room(1);
            assert!(packed.len() < 10_000, "small, and a bomb all the same");
            let all = unpack(&packed, packing, text.len(), &mut room).await.unwrap();
            assert!(all == text);
            let bomb = unpack(&packed, packing, text.len() - 1, &mut room).await;
            assert!(matches!(bomb, Err(AppError::TooLarge(_))));
            let broken = unpack(&packed[..packed.len() / 2], packing, text.len(), &mut room).await;
            assert!(matches!(broken, Err(AppError::Invalid(_))));
        }
    }

    #[tokio::test]
    async fn zstd_may_not_take_more_than_its_window() {
        let mut wide = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        wide.window_log(WINDOW + 1).unwrap();
        for _ in 0..300 {
            wide.write_all(&[b'x'; 64 * 1024]).unwrap();
        }
        let (wide, in_flight) = (wide.finish().unwrap(), InFlight::default());
        let refused = unpack(&wide, Packing::Zstd, 64 * 1024 * 1024, &mut in_flight.room(1)).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))));
    }
}
