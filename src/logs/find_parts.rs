//! Parts of the page of searching: lines, one opened, bars, counts. The server also sends the first two alone
//! (`server/fragments`).

use leptos::prelude::*;

use super::{
    colours::Style,
    find::{Figures, Found, FoundField, FoundLine, Groups, Part},
    log_row::{level_class, message, thousands},
    model::Level,
};
use crate::{paths, time::Timestamp};

/// Longest fields, and longest message, in a row, in bytes.
const LONGEST: usize = 2_000;
/// Lines of a message in a row.
const ROWS: usize = 12;

/// The lines, the newest first; the one at `at` opened.
pub fn lines(found: &Found, at: Option<u64>) -> impl IntoView + use<> {
    let rows: Vec<AnyView> = days(&found.lines)
        .map(|(day, line)| {
            let is_this = at == Some(line.line.id);
            view! {
                {day.map(|day| view! { <li class="day" data-day=day.clone()><span>{day.clone()}</span></li> })}
                <Line found=line.clone() query=found.query.clone() is_this />
            }
            .into_any()
        })
        .collect();
    let next = found.next.map(|next| next.to_string());
    let reached = found
        .reached
        .map(|reached| format!("{} {}", reached.day(), reached.second()));
    let columns = found.columns.iter().map(|name| {
        // Its script has it do something.
        view! { <button type="button" class="button quiet" data-column=name.clone() aria-label=format!("No column {name}")>{name.clone()} " ✕"</button> }
    });
    let columns =
        (!found.columns.is_empty()).then(|| view! { <p class="columns">"Columns " {columns.collect_view()}</p> });
    view! {
        {columns}
        <ol
            class="found"
            id="lines"
            role="list"
            aria-label=if found.oldest_first { "Log lines, those that came first at the top" } else { "Log lines, those that came last first" }
            data-next=next
            data-newest=found.newest.to_string()
            data-reached=reached
        >
            {rows}
        </ol>
    }
}

/// Each line, with its day where it is another than that of the line before.
fn days(lines: &[FoundLine]) -> impl Iterator<Item = (Option<String>, &FoundLine)> {
    let mut last = String::new();
    lines.iter().map(move |line| {
        let day = line.line.time.day();
        let is_new = day != last;
        last.clone_from(&day);
        (is_new.then_some(day), line)
    })
}

#[component]
fn Line(found: FoundLine, query: String, is_this: bool) -> impl IntoView {
    let line = found.line.clone();
    let fields = (!line.fields.0.is_empty()).then(|| {
        let mut text = line.fields.to_string();
        if text.len() > LONGEST {
            text.truncate(text.floor_char_boundary(LONGEST));
            text.push_str(" …");
        }
        view! { <span class="fields">{text}</span> }
    });
    let parts: Vec<AnyView> = found.parts.iter().map(part).collect();
    let columns = found
        .columns
        .iter()
        .map(|value| view! { <span class="col" title=value.clone()>{value.clone()}</span> " " });
    let columns: Vec<_> = columns.collect();
    let opened = is_this.then(|| view! { <Opened found=found.clone() query=query.clone() /> });
    let (url, time) = (paths::log_line_of(line.id, &query), line.time.to_string());
    view! {
        <li
            class="found-line"
            class:this=is_this
            id=format!("line-{}", line.id)
            data-id=line.id.to_string()
            tabindex="-1"
            aria-current=is_this.then_some("true")
        >
            <div class="row">
                <a class="at" href=url title="This line, with those around it">
                    <time datetime=time>{line.time.milli()}</time>
                </a>
                " "
                <span class=level_class(line.level)>{line.level.word()}</span>
                " "
                <span class="src">{line.source.clone()}</span>
                " "
                <span class="text">{columns} {parts} " " {fields}</span>
            </div>
            {opened}
        </li>
    }
}

fn part(part: &Part) -> AnyView {
    let class = (part.style != Style::PLAIN).then(|| part.style.class());
    let text = part.text.clone();
    match (part.mark, class) {
        (true, None) => view! { <mark>{text}</mark> }.into_any(),
        (true, class) => view! { <mark class=class>{text}</mark> }.into_any(),
        (false, None) => text.into_any(),
        (false, class) => view! { <span class=class>{text}</span> }.into_any(),
    }
}

/// What a line carries, each with what finds more of it or leaves it out.
#[component]
pub fn Opened(found: FoundLine, query: String) -> impl IntoView {
    let line = found.line.clone();
    let json = serde_json::to_string(&line.plain()).unwrap_or_default();
    let text = format!("{} {} {}: {}", line.time, line.level.word(), line.source, line.message);
    let rows = found
        .fields
        .into_iter()
        .map(|field| view! { <Field field query=query.clone() /> });
    let rows = rows.collect_view();
    view! {
        <div class="opened">
            {(line.message.len() > LONGEST || line.message.lines().count() > ROWS)
                .then(|| view! { <pre class="whole" tabindex="0">{message(&line)}</pre> })}
            <table>
                <tbody>{rows}</tbody>
            </table>
            <p class="acts">
                <a href=paths::log_line_of(line.id, &query)>"Lines around it"</a>
                <a href=paths::moment(line.time)>"What else happened then"</a>
                <a href=paths::discuss(&paths::log_line(line.id), None)>"Discuss"</a>
                <a href=paths::alert_on_lines(&found.alike)>"Alert on this"</a>
                <button type="button" class="button quiet" data-copy=text>"Copy text"</button>
                <button type="button" class="button quiet" data-copy=json>"Copy JSON"</button>
                <button type="button" class="button quiet" data-copy-link=paths::log_line_of(line.id, &query)>"Copy link"</button>
            </p>
        </div>
    }
}

#[component]
fn Field(field: FoundField, query: String) -> impl IntoView {
    let FoundField {
        name,
        value,
        only,
        without,
    } = field;
    let shown: String = value.chars().take(80).collect();
    let (with_it, without_it) = (format!("Only {name}={shown}"), format!("Without {name}={shown}"));
    let (is_field, column) = (!matches!(name.as_str(), "level" | "source"), name.clone());
    let by = match name.as_str() {
        "level" | "source" => name.clone(),
        other => format!("field:{other}"),
    };
    let by = format!("{}&by={}", paths::log_search(&query), paths::encoded(&by));
    view! {
        <tr>
            <th scope="row"><a href=by title="Count its values">{name}</a></th>
            <td>{value}</td>
            <td class="narrow">
                <a href=paths::log_search(&only) aria-label=with_it.clone() title=with_it>"+"</a>
                <a href=paths::log_search(&without) aria-label=without_it.clone() title=without_it>"\u{2212}"</a>
                {is_field.then(|| view! {
                    <button type="button" class="button quiet" data-column=column.clone() aria-label=format!("Column {column}") title=format!("Column {column}")>"▥"</button>
                })}
            </td>
        </tr>
    }
}

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
