//! Parts of the page of searching: bars by level, and what comes how often.

use leptos::prelude::*;

use super::{
    find::{Figures, Groups},
    log_row::{level_class, thousands},
    model::Level,
};
use crate::{paths, time::Timestamp};

/// Width of all bars, and height of the highest.
const WIDE: f64 = 1_000.0;
const HIGH: f64 = 64.0;

/// Bars by level; a press narrows to one, and where scripts run, a drag to several.
#[component]
pub fn Histogram(figures: Figures, base: String, query: String) -> impl IntoView {
    let (total, is_a_day) = (figures.levels.iter().sum::<u64>(), figures.is_a_day);
    let highest = figures
        .bars
        .iter()
        .map(|bar| bar.levels.iter().sum::<u64>())
        .max()
        .unwrap_or(0)
        .max(1);
    let width = WIDE / figures.bars.len().max(1) as f64;
    let (first, last) = (figures.bars.first().cloned(), figures.bars.last().cloned());
    let bars = figures.bars.iter().enumerate().map(|(i, bar)| {
        let all: u64 = bar.levels.iter().sum();
        let mut y = HIGH;
        // The worst at the bottom, where it is seen however many others there are.
        let parts = Level::ALL.into_iter().rev().filter(|level| bar.levels[*level as usize] > 0).map(|level| {
            let height = (bar.levels[level as usize] as f64 / highest as f64 * HIGH).max(1.0);
            y -= height;
            view! {
                <rect
                    class=level_class(level)
                    x=format!("{:.2}", i as f64 * width)
                    y=format!("{:.2}", y.max(0.0))
                    width=format!("{:.2}", (width - 1.0).max(width * 0.7))
                    height=format!("{height:.2}")
                ></rect>
            }
        });
        let parts: Vec<_> = parts.collect();
        let errors = bar.levels[Level::Error as usize];
        let words = format!("{} {}: {} lines, {} errors", bar.start.day(), bar.start.second(), thousands(all), thousands(errors));
        view! {
            <a href=paths::log_search(&bar.zoom) tabindex="-1" data-start=bar.start.to_string()>
                <title>{words}</title>
                <rect class="whole" x=format!("{:.2}", i as f64 * width) y="0" width=format!("{width:.2}") height=HIGH.to_string()></rect>
                {parts}
            </a>
        }
    });
    let bars: Vec<_> = bars.collect();
    let levels = Level::ALL
        .into_iter()
        .rev()
        .filter(|level| figures.levels[*level as usize] > 0)
        .map(|level| {
            let url = paths::log_search(format!("{query} level={}", level.name()).trim());
            view! {
                <a href=url class="level">
                    <span class=level_class(level)>{level.word()}</span>
                    " "
                    {thousands(figures.levels[level as usize])}
                </a>
            }
        });
    let levels: Vec<_> = levels.collect();
    let step = figures.step;
    let end = move |at: Timestamp| match step {
        0..60 => format!("{} {}", at.day(), at.second()),
        _ => format!("{} {}", at.day(), at.minute()),
    };
    let ends = first.zip(last).map(|(first, last)| {
        let until = last.start.plus_seconds(figures.step);
        view! {
            <p class="ends hint" aria-hidden="true">
                <span>{end(first.start)}</span>
                <span>{format!("{} a bar", length(figures.step))}</span>
                <span>{end(until)}</span>
            </p>
        }
    });
    let reached = figures.reached.map(|reached| {
        view! { <p class="hint">{format!("Counted back to {} {}.", reached.day(), reached.second())}</p> }
    });
    let label = format!("{} lines over time, by level", thousands(total));
    view! {
        <section class="histogram" aria-labelledby="counted">
            <p id="counted">
                <strong>{thousands(total)}</strong>
                {if is_a_day { " lines in 24 hours " } else { " lines " }}
                {levels}
            </p>
            <svg
                id="histogram"
                role="group"
                aria-label=label
                viewBox=format!("0 0 {WIDE} {HIGH}")
                preserveAspectRatio="none"
                data-base=base
                data-step=figures.step.to_string()
            >
                {bars}
            </svg>
            {ends}
            {reached}
        </section>
    }
}

fn length(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// What comes how often.
#[component]
pub fn Counted(groups: Groups, query: String) -> impl IntoView {
    let names = groups.by == "fields";
    let (heading, what) = match groups.by.as_str() {
        "source" => ("Sources".to_owned(), "sources"),
        "level" => ("Levels".to_owned(), "levels"),
        "pattern" => ("Patterns".to_owned(), "patterns"),
        "fields" => ("Fields".to_owned(), "fields"),
        by => (format!("Values of {}", by.trim_start_matches("field:")), "values"),
    };
    let is_pattern = groups.by == "pattern";
    let most = groups.most.first().map_or(1, |group| group.count).max(1);
    let shown = groups.most.len();
    let rows = groups.most.into_iter().map(|group| {
        let values = format!(
            "{}&by={}",
            paths::log_search(&query),
            paths::encoded(&format!("field:{}", group.text))
        );
        let url = if names { values } else { paths::log_search(&group.only) };
        let text = if group.text.is_empty() {
            "(empty)".to_owned()
        } else {
            group.text.clone()
        };
        let without = format!("Without {text}");
        view! {
            <tr>
                <td class="n">{thousands(group.count)}</td>
                <td class="share">
                    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <rect
                            class=if is_pattern { level_class(group.level) } else { "l-debug" }
                            width=(group.count * 100 / most).max(1).to_string()
                            height="8"
                        ></rect>
                    </svg>
                </td>
                <td class="what"><a href=url>{text}</a></td>
                <td class="narrow">
                    <a href=paths::log_search(&group.without) aria-label=without.clone() title=without>"\u{2212}"</a>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let of = if groups.is_all { "lines" } else { "newest lines" };
    let summary = format!(
        "{} {what} among {} {of}{}",
        thousands(groups.different as u64),
        thousands(groups.lines as u64),
        if shown < groups.different {
            format!("; the {shown} most frequent")
        } else {
            String::new()
        },
    );
    view! {
        <section class="counted" aria-labelledby="counted-by">
            <h2 id="counted-by">{heading}</h2>
            <p class="hint" role="status">{summary}</p>
            <table>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}
