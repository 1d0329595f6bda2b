//! Parts of the page of searching: lines, and one opened. The server also sends them alone (`server/fragments`).

use leptos::prelude::*;

use super::{
    colours::Style,
    find::{Found, FoundField, FoundLine, Part},
    log_row::{level_class, message},
};
use crate::paths;

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
                <a href=paths::then(line.time)>"What else happened then"</a>
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
