//! What can happen to tabs and a server, in any order.

use proptest::{prelude::*, sample::Index};

use super::browser::ROOMS;
use crate::{
    chat::{model::Change, timeline::End},
    ids::RoomId,
};

/// What can happen. The first number is the tab's.
#[derive(Clone, Debug)]
pub enum Step {
    /// Says so many bytes at this time of its clock, perhaps in answer to something and with a file.
    Say(usize, i64, usize, Option<Index>, bool),
    /// Says what the server will refuse.
    SayNothing(usize, i64),
    Change(usize, Index, Change),
    Visit(usize, RoomId),
    Reload(usize),
    /// Goes to the past of its room, and leaves it at once.
    Past(usize, Index),
    Newest(usize),
    /// Asks for messages beyond an end, and they come.
    Load(usize, End),
    Loaded(usize),
    Wait(usize),
    Connect(usize),
    /// The line breaks; what is under way is lost in both directions.
    Drop(usize),
    /// So many frames arrive at the server, which has answered them then or not.
    Up(usize, usize, bool),
    /// So many frames arrive at the tab.
    Down(usize, usize),
    /// All that is under way arrives.
    Flow(usize),
    /// The tab comes back for so many frames.
    Glimpse(usize, usize),
    /// What no network does.
    DownShuffled(usize, usize),
    DownAgain(usize, Index),
    /// More is said than a resume tells.
    Burst(RoomId),
    Stop,
    Kill,
    Wake,
}

/// Any life of three tabs and a server.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tab = || 0..3_usize;
    let room = || prop::sample::select(ROOMS.as_slice());
    let change = prop_oneof![
        3 => "[a-d]{1,3}".prop_map(Change::Edit),
        1 => Just(Change::Delete),
        3 => (prop::sample::select(vec!["👍", "🎉"]), any::<bool>())
            .prop_map(|(emoji, on)| Change::React { emoji: emoji.to_owned(), on }),
    ];
    let step = prop_oneof![
        20 => (tab(), 0..1_000_000_i64, prop::sample::select(vec![1, 5_000]), prop::option::weighted(0.4, any::<Index>()), prop::bool::weighted(0.3))
            .prop_map(|(tab, clock, length, reply, file)| Step::Say(tab, clock, length, reply, file)),
        1 => (tab(), 0..1_000_000_i64).prop_map(|(tab, clock)| Step::SayNothing(tab, clock)),
        20 => (tab(), any::<Index>(), change).prop_map(|(tab, which, change)| Step::Change(tab, which, change)),
        2 => (tab(), room()).prop_map(|(tab, room)| Step::Visit(tab, room)),
        2 => tab().prop_map(Step::Reload),
        2 => (tab(), any::<Index>()).prop_map(|(tab, which)| Step::Past(tab, which)),
        1 => tab().prop_map(Step::Newest),
        7 => (tab(), prop::sample::select(vec![End::First, End::Last])).prop_map(|(tab, end)| Step::Load(tab, end)),
        5 => tab().prop_map(Step::Loaded),
        4 => tab().prop_map(Step::Wait),
        12 => tab().prop_map(Step::Connect),
        4 => tab().prop_map(Step::Drop),
        10 => (tab(), 1..4_usize, any::<bool>()).prop_map(|(tab, frames, wait)| Step::Up(tab, frames, wait)),
        10 => (tab(), 1..6_usize).prop_map(|(tab, frames)| Step::Down(tab, frames)),
        20 => tab().prop_map(Step::Flow),
        5 => (tab(), 1..4_usize).prop_map(|(tab, frames)| Step::Glimpse(tab, frames)),
        4 => (tab(), 0..9_usize).prop_map(|(tab, by)| Step::DownShuffled(tab, by)),
        8 => (tab(), any::<Index>()).prop_map(|(tab, which)| Step::DownAgain(tab, which)),
        2 => room().prop_map(Step::Burst),
        1 => Just(Step::Stop),
        1 => Just(Step::Kill),
        4 => Just(Step::Wake),
    ];
    prop::collection::vec(step, 1..120)
}
