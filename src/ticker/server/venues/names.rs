//! What a venue's name says of it. Pure, and below everything else, so that whoever orders or shows prices can ask.

use crate::ticker::model::VenueKind;

/// The venue that prices of `venue` come from, `replay:coinbase` and the like included.
pub fn kind(venue: &str) -> Option<VenueKind> {
    venue.split(':').next().and_then(|name| name.parse().ok())
}

/// The venue of that name, where one can subscribe to symbols by name.
pub fn subscribes(venue: &str) -> Option<VenueKind> {
    let kind: VenueKind = venue.parse().ok()?;
    (!is_made_up(venue)).then_some(kind)
}

/// Made up or played from a recording: known for as long as it is on the board, though instruments are kept for ever.
pub fn is_made_up(venue: &str) -> bool {
    matches!(kind(venue), Some(VenueKind::Demo | VenueKind::Replay))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_of_a_venue_is_of_it_and_made_up() {
        let of = |venue| (kind(venue), subscribes(venue), is_made_up(venue));
        let coinbase = Some(VenueKind::Coinbase);
        assert_eq!(of("coinbase"), (coinbase, coinbase, false));
        assert_eq!(of("replay:coinbase"), (Some(VenueKind::Replay), None, true));
        assert_eq!(of("demo"), (Some(VenueKind::Demo), None, true));
        assert_eq!(of("desk"), (None, None, false));
    }
}
