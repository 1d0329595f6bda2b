//! Whether a message of somebody else is worth interrupting somebody for. Pure.

use crate::chat::notify::model::Level;

/// What is known when it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What they want to be notified of in the room.
    pub level: Level,
    /// The message calls them by name, or everyone.
    pub named: bool,
    /// It was said in a conversation.
    pub direct: bool,
    /// They may not come in.
    pub suspended: bool,
    /// A page of theirs is in front and shows the room, and they are not away from it.
    pub looking: bool,
}

/// What was decided, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Notified: it names them.
    Named,
    /// Notified: they want everything in this conversation.
    Conversation,
    /// Notified: they want everything in this room.
    Everything,
    /// Left alone: they may not come in.
    Suspended,
    /// Left alone: they want nothing.
    Muted,
    /// Left alone: they want what names them, and this doesn't.
    NotNamed,
    /// Left alone: they see it.
    Looking,
}

impl Why {
    /// They are notified.
    pub const fn notifies(self) -> bool {
        matches!(self, Self::Named | Self::Conversation | Self::Everything)
    }

    /// In words, to them.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Named => "you were mentioned",
            Self::Conversation => "it was said in a conversation with you",
            Self::Everything => "the level is everything",
            Self::Suspended => "your account was suspended",
            Self::Muted => "the level is nothing",
            Self::NotNamed => "the level is mentions and you weren't mentioned",
            Self::Looking => "you were looking at the room",
        }
    }
}

/// Decides.
pub const fn decide(facts: Facts) -> Why {
    match facts {
        Facts { suspended: true, .. } => Why::Suspended,
        Facts {
            level: Level::Nothing, ..
        } => Why::Muted,
        Facts {
            level: Level::Mentions,
            named: false,
            ..
        } => Why::NotNamed,
        // Last, so that whoever reads why is told first what holds whether they look or not.
        Facts { looking: true, .. } => Why::Looking,
        Facts { named: true, .. } => Why::Named,
        Facts { direct: true, .. } => Why::Conversation,
        Facts { .. } => Why::Everything,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: Facts = Facts {
        level: Level::Mentions,
        named: false,
        direct: false,
        suspended: false,
        looking: false,
    };

    #[test]
    fn each_reason_has_its_case() {
        let (everything, named) = (Level::Everything, true);
        for (facts, why) in [
            (PLAIN, Why::NotNamed),
            (Facts { named, ..PLAIN }, Why::Named),
            (
                Facts {
                    level: everything,
                    ..PLAIN
                },
                Why::Everything,
            ),
            (
                Facts {
                    level: everything,
                    direct: true,
                    ..PLAIN
                },
                Why::Conversation,
            ),
            (Facts { direct: true, ..PLAIN }, Why::NotNamed),
            (
                Facts {
                    level: Level::Nothing,
                    named,
                    direct: true,
                    ..PLAIN
                },
                Why::Muted,
            ),
            (
                Facts {
                    named,
                    looking: true,
                    ..PLAIN
                },
                Why::Looking,
            ),
            (Facts { looking: true, ..PLAIN }, Why::NotNamed),
            (
                Facts {
                    named,
                    suspended: true,
                    ..PLAIN
                },
                Why::Suspended,
            ),
        ] {
            assert_eq!(decide(facts), why, "{facts:?}");
        }
    }

    fn facts() -> impl Strategy<Value = Facts> {
        let level = prop::sample::select(Level::ALL.to_vec());
        (level, any::<[bool; 4]>()).prop_map(|(level, [named, direct, suspended, looking])| Facts {
            level,
            named,
            direct,
            suspended,
            looking,
        })
    }

    proptest! {
        #[test]
        fn nothing_silences_and_whoever_sees_it_is_left_alone(facts in facts()) {
            let quiet = facts.suspended || facts.looking || facts.level == Level::Nothing;
            prop_assert!(!(quiet && decide(facts).notifies()));
        }

        #[test]
        fn a_higher_level_never_tells_of_less(facts in facts()) {
            let at = |level| decide(Facts { level, ..facts }).notifies();
            prop_assert!(at(Level::Everything) || !at(Level::Mentions));
            prop_assert!(at(Level::Mentions) || !at(Level::Nothing));
        }

        #[test]
        fn being_named_never_tells_of_less(facts in facts()) {
            let at = |named| decide(Facts { named, ..facts }).notifies();
            prop_assert!(at(true) || !at(false));
        }

        #[test]
        fn the_reason_speaks_of_what_was_the_case(facts in facts()) {
            let holds = match decide(facts) {
                Why::Named => facts.named,
                Why::Conversation => facts.direct && facts.level == Level::Everything,
                Why::Everything => facts.level == Level::Everything,
                Why::Suspended => facts.suspended,
                Why::Muted => facts.level == Level::Nothing,
                Why::NotNamed => facts.level == Level::Mentions && !facts.named,
                Why::Looking => facts.looking,
            };
            prop_assert!(holds);
        }
    }
}
