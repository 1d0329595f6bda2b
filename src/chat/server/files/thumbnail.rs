//! Small images of large ones. What is decoded came from outside: its dimensions are looked at before anything is made of
//! it, and nothing but its pixels goes into the thumbnail.

use std::{
    io::{self, BufRead, Cursor, Seek},
    path::Path,
};

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba, RgbaImage, codecs::jpeg::JpegEncoder, imageops,
};

use super::kind::IMAGES;

/// Width and height of a thumbnail at most.
const LARGEST: (u32, u32) = (640, 480);
/// Width and height of a picture of somebody.
const FACE: u32 = 128;
/// Width and height of an image that is decoded, at most.
const LONGEST_SIDE: u32 = 20_000;
/// Bytes that a decoded image may take, and about as many again while it is decoded.
const LARGEST_DECODED: u64 = 256 * 1024 * 1024;
/// Bytes of an image that is decoded, at most.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;
const JPEG_QUALITY: u8 = 82;

/// A small image.
pub struct Thumbnail {
    /// Width and height of the large one, as it is shown.
    pub size: (u32, u32),
    /// Its own media type.
    pub kind: &'static str,
    /// Itself.
    pub bytes: Vec<u8>,
}

/// The thumbnail of the image at `path`; `None` for what is no image, is broken, or is too large to be decoded. Takes a
/// thread for up to a few seconds.
pub fn thumbnail(path: &Path, kind: &str) -> Option<Thumbnail> {
    thumbnail_within(path, kind, LARGEST)
}

/// As [`thumbnail`], of this width and height at most.
pub fn thumbnail_within(path: &Path, kind: &str, largest: (u32, u32)) -> Option<Thumbnail> {
    let image = decode(ImageReader::open(path).ok()?, kind)?;
    let size = (image.width(), image.height());
    let small = if size.0 > largest.0 || size.1 > largest.1 {
        image.thumbnail(largest.0, largest.1)
    } else {
        image
    };
    let (kind, bytes) = encode(&small).ok()?;
    Some(Thumbnail { size, kind, bytes })
}

/// The middle of an image as a small square JPEG; `None` as for [`thumbnail`]. Of what moves, the first picture.
pub fn face(bytes: &[u8], kind: &str) -> Option<Vec<u8>> {
    let image = decode(ImageReader::new(Cursor::new(bytes)), kind)?;
    let small = image
        .resize_to_fill(FACE, FACE, imageops::FilterType::Triangle)
        .to_rgba8();
    // The initials lie under it, and must not show through.
    let mut whole = RgbaImage::from_pixel(FACE, FACE, Rgba([u8::MAX; 4]));
    imageops::overlay(&mut whole, &small, 0, 0);
    encode(&whole.into()).ok().map(|(_, bytes)| bytes)
}

fn decode<R: BufRead + Seek>(reader: ImageReader<R>, kind: &str) -> Option<DynamicImage> {
    let format = IMAGES
        .contains(&kind)
        .then(|| ImageFormat::from_mime_type(kind))
        .flatten()?;
    decode_as(reader, format)
        .inspect_err(|error| tracing::debug!(%error, kind, "an image isn't shown"))
        .ok()
}

fn decode_as<R: BufRead + Seek>(mut reader: ImageReader<R>, format: ImageFormat) -> image::ImageResult<DynamicImage> {
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(LARGEST_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    if decoder.total_bytes() > LARGEST_DECODED {
        return Err(io::Error::other("it would take too much memory").into());
    }
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// JPEG, or PNG where something shows through.
fn encode(image: &DynamicImage) -> image::ImageResult<(&'static str, Vec<u8>)> {
    let mut bytes = Cursor::new(Vec::new());
    if image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX) {
        image.to_rgba8().write_to(&mut bytes, ImageFormat::Png)?;
        return Ok(("image/png", bytes.into_inner()));
    }
    image
        .to_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
    Ok(("image/jpeg", bytes.into_inner()))
}
