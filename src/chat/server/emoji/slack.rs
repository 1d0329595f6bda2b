//! The names that Slack has for emoji, as far as GitHub's names, which `emojis` knows, are others. Pure.
//!
//! A name that both have but mean differently (`:umbrella:`, `:satellite:`, `:email:`) keeps GitHub's meaning, which is what
//! the picker and the completion say.

use std::{collections::HashMap, sync::LazyLock};

use emojis::{Emoji, SkinTone};

/// Bytes of the longest name.
const LONGEST: usize = 56;

/// Names, and after them the emoji that they have in common.
const NAMES: &str = "
    simple_smile 🙂 thinking_face 🤔 hugging_face 🤗 face_with_rolling_eyes 🙄 rolling_on_the_floor_laughing 🤣
    face_palm 🤦 face_with_raised_eyebrow face_with_one_eyebrow_raised 🤨 grinning_face_with_star_eyes 🤩
    grinning_face_with_one_large_and_one_small_eye 🤪 face_with_finger_covering_closed_lips 🤫
    face_with_symbols_on_mouth serious_face_with_symbols_covering_mouth 🤬 face_with_hand_over_mouth
    smiling_face_with_smiling_eyes_and_hand_covering_mouth 🤭 face_vomiting face_with_open_mouth_vomiting 🤮
    shocked_face_with_exploding_head 🤯 face_with_cowboy_hat 🤠 face_with_monocle 🧐 smiling_face_with_3_hearts 🥰
    white_frowning_face ☹️ head_shaking_horizontally 🙂‍↔️ head_shaking_vertically 🙂‍↕️ face_with_bags_under_eyes 🫩
    robot_face 🤖 lion_face 🦁 unicorn_face 🦄 giraffe_face 🦒 zebra_face 🦓 ladybug 🐞 phoenix 🐦‍🔥 squirrel shipit 🐿️

    the_horns sign_of_the_horns 🤘 spock-hand 🖖 i_love_you_hand_sign 🤟 hand_with_index_and_middle_fingers_crossed 🤞
    reversed_hand_with_middle_finger_extended 🖕 left-facing_fist 🤛 right-facing_fist 🤜 thumbsup_all 👍
    speaking_head_in_silhouette 🗣️ eye-in-speech-bubble 👁️‍🗨️ fingerprint 🫆 splatter 🫟

    large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_purple_circle 🟣 large_brown_circle 🟤
    large_red_square 🟥 large_blue_square 🟦 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩
    large_purple_square 🟪 large_brown_square 🟫 octagonal_sign 🛑 radioactive_sign ☢️ biohazard_sign ☣️
    heavy_heart_exclamation_mark_ornament ❣️ staff_of_aesculapius ⚕️ om_symbol 🕉️ menorah_with_nine_branches 🕎
    keycap_star *️⃣ eject ⏏️ double_vertical_bar ⏸️ black_square_for_stop ⏹️ black_circle_for_record ⏺️
    black_right_pointing_triangle_with_double_vertical_bar ⏯️ broken_chain ⛓️‍💥 scales ⚖️
    black_right_pointing_double_triangle_with_vertical_bar ⏭️ black_left_pointing_double_triangle_with_vertical_bar ⏮️

    waving_white_flag 🏳️ waving_black_flag 🏴 pride 🏳️‍🌈 flag-england 🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag-scotland 🏴󠁧󠁢󠁳󠁣󠁴󠁿 flag-wales 🏴󠁧󠁢󠁷󠁬󠁳󠁿

    mostly_sunny sun_small_cloud 🌤️ barely_sunny sun_behind_cloud 🌥️ partly_sunny_rain 🌦️ rain_cloud 🌧️ snow_cloud 🌨️
    lightning lightning_cloud 🌩️ tornado_cloud 🌪️ wind_blowing_face 🌬️ thunder_cloud_and_rain ⛈️
    umbrella_with_rain_drops ☔ umbrella_on_ground ⛱️ snowman_without_snow ⛄ leafless_tree 🪾

    cooking 🍳 knife_fork_plate 🍽️ glass_of_milk 🥛 cheese_wedge 🧀 kiwifruit 🥝 lime 🍋‍🟩 brown_mushroom 🍄‍🟫
    root_vegetable 🫜 mate_drink 🧉

    medal 🎖️ sports_medal 🏅 first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉 admission_tickets 🎟️
    film_frames 🎞️ drum_with_drumsticks 🥁 harp 🪉 cricket_bat_and_ball 🏏 field_hockey_stick_and_ball 🏑
    ice_hockey_stick_and_puck 🏒 table_tennis_paddle_and_ball 🏓 badminton_racquet_and_shuttlecock 🏸

    satellite_antenna 📡 camera_with_flash 📸 linked_paperclips 🖇️ lower_left_ballpoint_pen 🖊️
    lower_left_fountain_pen 🖋️ lower_left_paintbrush 🖌️ lower_left_crayon 🖍️ three_button_mouse 🖱️
    frame_with_picture 🖼️ spiral_note_pad 🗒️ spiral_calendar_pad 🗓️ compression 🗜️ rolled_up_newspaper 🗞️
    dagger_knife 🗡️ ballot_box_with_ballot 🗳️ shopping_bags 🛍️ shopping_trolley 🛒 helmet_with_white_cross ⛑️
    womans_flat_shoe 🥿 briefs 🩲 shovel 🪏 dove_of_peace 🕊️

    airplane_departure 🛫 airplane_arriving 🛬 scooter 🛴 racing_motorcycle 🏍️ snow_capped_mountain 🏔️
    beach_with_umbrella 🏖️ house_buildings 🏘️ derelict_house_building 🏚️ sleeping_accommodation 🛌

    weight_lifter 🏋️ golfer 🏌️ person_with_ball ⛹️ person_doing_cartwheel 🤸 juggling 🤹 fencer 🤺 wrestlers 🤼
    handball 🤾 person_frowning 🙍 person_with_pouting_face 🙎 person_climbing 🧗 person_in_steamy_room 🧖
    person_in_lotus_position 🧘 person_with_blond_hair 👱 person_with_headscarf 🧕 sleuth_or_spy 🕵️
    man_in_business_suit_levitating 🕴️ mother_christmas 🤶 red_haired_person 🧑‍🦰 curly_haired_person 🧑‍🦱
    bald_person 🧑‍🦲 white_haired_person 🧑‍🦳 man_and_woman_holding_hands woman_and_man_holding_hands 👫
    men_holding_hands 👬 women_holding_hands 👭 woman_in_steamy_room 🧖‍♀️ man_in_steamy_room 🧖‍♂️
    woman_in_lotus_position 🧘‍♀️ man_in_lotus_position 🧘‍♂️ female-doctor 👩‍⚕️ male-doctor 👨‍⚕️
    female-police-officer 👮‍♀️ male-police-officer 👮‍♂️ female-guard 💂‍♀️ male-guard 💂‍♂️ woman_with_beard 🧔‍♀️
    man_with_beard 🧔‍♂️ woman-wrestling 🤼‍♀️ man-wrestling 🤼‍♂️ woman-getting-massage 💆‍♀️ man-getting-massage 💆‍♂️
    woman-getting-haircut 💇‍♀️ man-getting-haircut 💇‍♂️ woman-lifting-weights 🏋️‍♀️ man-lifting-weights 🏋️‍♂️
    woman-wearing-turban 👳‍♀️ man-wearing-turban 👳‍♂️ woman-rowing-boat 🚣‍♀️ man-rowing-boat 🚣‍♂️
    woman-gesturing-no 🙅‍♀️ man-gesturing-no 🙅‍♂️ woman-gesturing-ok 🙆‍♀️ man-gesturing-ok 🙆‍♂️
    women-with-bunny-ears-partying woman-with-bunny-ears-partying 👯‍♀️
    men-with-bunny-ears-partying man-with-bunny-ears-partying 👯‍♂️
    man-heart-man 👨‍❤️‍👨 woman-heart-man 👩‍❤️‍👨 woman-heart-woman 👩‍❤️‍👩
    man-kiss-man 👨‍❤️‍💋‍👨 woman-kiss-man 👩‍❤️‍💋‍👨 woman-kiss-woman 👩‍❤️‍💋‍👩";

static BY_NAME: LazyLock<HashMap<&'static str, &'static Emoji>> = LazyLock::new(|| {
    let (mut all, mut names) = (HashMap::new(), Vec::new());
    for word in NAMES.split_whitespace() {
        match emojis::get(word) {
            Some(emoji) => all.extend(names.drain(..).map(|name| (name, emoji))),
            None => names.push(word),
        }
    }
    all
});

/// The emoji that Slack calls so and GitHub doesn't.
pub fn named(name: &str) -> Option<&'static Emoji> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    // Most of what stands between colons is no name: a time, an address, words.
    if !(3..=LONGEST).contains(&name.len()) || !name.bytes().all(fits) {
        return None;
    }
    BY_NAME
        .get(name)
        .copied()
        .or_else(|| flag(name))
        .or_else(|| person(name))
        .or_else(|| {
            name.contains('-')
                .then(|| emojis::get_by_shortcode(&name.replace('-', "_")))?
        })
}

/// `flag-us`.
fn flag(name: &str) -> Option<&'static Emoji> {
    let country = name.strip_prefix("flag-").filter(|country| country.len() == 2)?;
    let letter = |byte: u8| char::from_u32(0x1f1e6 + u32::from(byte.checked_sub(b'a')?));
    let flag: Option<String> = country.bytes().map(letter).collect();
    emojis::get(&flag?)
}

/// `man-shrugging`, `woman-running`, `male-farmer`, `female_mage` and `man-woman-girl`, whom GitHub calls `man_shrugging`,
/// `running_woman`, `man_farmer`, `mage_woman` and `family_man_woman_girl`.
fn person(name: &str) -> Option<&'static Emoji> {
    let (who, what) = name.split_once(['-', '_'])?;
    let who = match who {
        "man" | "male" => "man",
        "woman" | "female" => "woman",
        _ => return None,
    };
    let what = what.replace('-', "_");
    [
        format!("{who}_{what}"),
        format!("{what}_{who}"),
        format!("family_{who}_{what}"),
    ]
    .iter()
    .find_map(|name| emojis::get_by_shortcode(name))
}

/// The tone that `skin-tone-2` to `skin-tone-6` give to the emoji before them.
pub fn tone(name: &str) -> Option<SkinTone> {
    Some(match name.strip_prefix("skin-tone-")? {
        "2" => SkinTone::Light,
        "3" => SkinTone::MediumLight,
        "4" => SkinTone::Medium,
        "5" => SkinTone::MediumDark,
        "6" => SkinTone::Dark,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slacks_names_are_known() {
        for (name, emoji) in [
            ("thinking_face", "🤔"),
            ("simple_smile", "🙂"),
            ("face_with_one_eyebrow_raised", "🤨"),
            ("large_green_circle", "🟢"),
            ("flag-us", "🇺🇸"),
            ("flag-wales", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"),
            ("man-shrugging", "🤷‍♂️"),
            ("woman-running", "🏃‍♀️"),
            ("male-farmer", "👨‍🌾"),
            ("male-detective", "🕵️‍♂️"),
            ("female_mage", "🧙‍♀️"),
            ("man-woman-girl", "👨‍👩‍👧"),
            ("star-struck", "🤩"),
            ("black_right_pointing_double_triangle_with_vertical_bar", "⏭️"),
        ] {
            assert_eq!(named(name).map(Emoji::as_str), Some(emoji), "{name}");
        }
        for none in [
            "",
            "30",
            "flag-",
            "flag-zz",
            "flag-USA",
            "flag-u",
            "man-",
            "man-at-work",
            "skin-tone-2",
            "no one",
        ] {
            assert_eq!(named(none), None, "{none}");
        }
    }

    #[test]
    fn every_name_leads_to_an_emoji_and_none_is_githubs() {
        let mut last = None;
        for word in NAMES.split_whitespace() {
            last = emojis::get(word);
            if last.is_some() {
                continue;
            }
            assert!(word.is_ascii() && BY_NAME.contains_key(word), "{word}");
            assert!(word.len() <= LONGEST, "{word}");
            assert_eq!(emojis::get_by_shortcode(word), None, "{word}");
        }
        assert!(last.is_some(), "names without an emoji end the table");
    }
}
