//! When the New York exchanges rest.
//!
//! NYSE Group, "NYSE Group Announces 2026, 2027 and 2028 Holiday and Early Closings Calendar", 23 December 2025, and for
//! 2025 the announcement of 8 November 2024; Nasdaq keeps the same days. 9 January 2025 was the day of mourning for
//! President Carter. After [`LAST_YEAR`] every weekday counts as open until somebody adds the next announcement.

/// The last year that is in here.
pub const LAST_YEAR: i32 = 2028;

/// Year, month, day on which they don't open.
pub const CLOSED: [(i32, u8, u8); 40] = [
    (2025, 1, 1),
    (2025, 1, 9),
    (2025, 1, 20),
    (2025, 2, 17),
    (2025, 4, 18),
    (2025, 5, 26),
    (2025, 6, 19),
    (2025, 7, 4),
    (2025, 9, 1),
    (2025, 11, 27),
    (2025, 12, 25),
    (2026, 1, 1),
    (2026, 1, 19),
    (2026, 2, 16),
    (2026, 4, 3),
    (2026, 5, 25),
    (2026, 6, 19),
    (2026, 7, 3),
    (2026, 9, 7),
    (2026, 11, 26),
    (2026, 12, 25),
    (2027, 1, 1),
    (2027, 1, 18),
    (2027, 2, 15),
    (2027, 3, 26),
    (2027, 5, 31),
    (2027, 6, 18),
    (2027, 7, 5),
    (2027, 9, 6),
    (2027, 11, 25),
    (2027, 12, 24),
    (2028, 1, 17),
    (2028, 2, 21),
    (2028, 4, 14),
    (2028, 5, 29),
    (2028, 6, 19),
    (2028, 7, 4),
    (2028, 9, 4),
    (2028, 11, 23),
    (2028, 12, 25),
];

/// Year, month, day on which they close at 13:00 New York time.
pub const EARLY: [(i32, u8, u8); 8] = [
    (2025, 7, 3),
    (2025, 11, 28),
    (2025, 12, 24),
    (2026, 11, 27),
    (2026, 12, 24),
    (2027, 11, 26),
    (2028, 7, 3),
    (2028, 11, 24),
];
