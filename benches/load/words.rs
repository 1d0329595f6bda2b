//! Text as a desk writes it: few words that come all the time, many that hardly ever do, identifiers and addresses.

/// Different words.
const WORDS: usize = 20_000;
/// The most frequent, most frequent first.
const FREQUENT: &str = "the to of in is and on at for we it be with that this are by not from as bid ask was up down \
    no out can size have will back all now price if half but desk past order see book off just still flat until one \
    risk through more offer they who thin cover need front month gateway limit filled working any print level buyer \
    seller close open spread after before again market volume";
/// How syllables begin, go on and end; those in front come more often.
const BEGINNINGS: &str =
    "t s r l n c d m p b h f g st v w tr pr ch th k j br cl gr pl sh fr sp qu cr dr y bl fl wh sc z x";
const VOWELS: &str = "e a i o u ea ou io ai ee oo au ie y oi";
const ENDINGS: &str = "- n r s t l - d m ng c nt p st ck ll ss rd ct b g x ft mp sk";

/// Writes messages; the same ones in every run.
pub struct Writer {
    words: Vec<String>,
    /// How often a word comes, added up: the next word is where a random number falls.
    weights: Vec<f64>,
    state: u64,
}

impl Writer {
    /// At its first message.
    pub fn new() -> Self {
        let mut writer = Self {
            words: FREQUENT.split_whitespace().map(str::to_owned).collect(),
            weights: Vec::with_capacity(WORDS),
            state: 1,
        };
        let parts = [BEGINNINGS, VOWELS, ENDINGS].map(|part| part.split_whitespace().collect::<Vec<_>>());
        while writer.words.len() < WORDS {
            let syllables = 1 + writer.below(3);
            let places = parts.iter().cycle().take(3 * syllables);
            let word: String = places.map(|part| part[writer.below_often(part.len())]).collect();
            writer.words.push(word.replace('-', ""));
        }
        let mut sum = 0.0;
        for rank in 1..=WORDS {
            // Zipf's law: the tenth word comes a tenth as often as the first.
            sum += 1.0 / rank as f64;
            writer.weights.push(sum);
        }
        writer
    }

    /// The word that comes `rank`th most often, from 0.
    pub fn word(&self, rank: usize) -> &str {
        &self.words[rank % WORDS]
    }

    /// One of those that come least often, of five letters or more.
    pub fn rare(&self, n: usize) -> &str {
        let rare = self.words[WORDS / 2..].iter().filter(|word| word.len() > 4);
        rare.cycle().nth(n * 37 % WORDS).map_or("", String::as_str)
    }

    /// The identifier that message `number` may name.
    pub fn identifier(number: u64) -> String {
        format!("AB-{:07}", number * 7_919 % 10_000_000)
    }

    /// The body of message `number`: 3 to 25 words, in every 10th an identifier, in some Markdown and an address.
    pub fn message(&mut self, number: u64) -> String {
        let length = 3 + self.below(12) + self.below(12);
        let mut body = String::with_capacity(length * 7);
        for place in 0..length {
            let at = self.random() * self.weights[WORDS - 1];
            let rank = self.weights.partition_point(|sum| *sum < at);
            body.push_str(if place == 0 { "" } else { " " });
            body.push_str(self.word(rank));
        }
        match number % 100 {
            7 => body = format!("**{}** {body}", Self::identifier(number)),
            42 => body = format!("{body} https://status.test/incidents/{number}"),
            rest if rest % 10 == 3 => body = format!("order_id={} {body}", Self::identifier(number)),
            _ => (),
        }
        body
    }

    /// Below `end`, each as likely.
    fn below(&mut self, end: usize) -> usize {
        (self.random() * end as f64) as usize
    }

    /// Below `end`, small ones more often.
    fn below_often(&mut self, end: usize) -> usize {
        (self.random().powi(2) * end as f64) as usize
    }

    /// 0 to 1: splitmix64, which needs no library and gives the same everywhere.
    pub fn random(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
