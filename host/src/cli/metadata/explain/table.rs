//! The explanation for people: a table of the facts, and what stands nowhere.

use super::report::{Absent, Field, Report, There};
use super::view::Part;
use crate::cli::output::{paint, visible};
use clap::builder::styling::Style;

pub fn of(report: &Report) -> String {
    let kind = report.kind.unwrap_or("none");
    let heading = format!("kind {kind}, transport {}, provider {}", report.transport, visible(&report.provider));
    let mut blocks = vec![bold(heading), facts(report), canonical(report)];
    blocks.extend(block("left out", report.fields.iter().flat_map(absences).collect()));
    blocks.extend(block(
        "dropped",
        report
            .dropped
            .iter()
            .map(|left| {
                let about = if left.fields.is_empty() { String::new() } else { format!("of {}", shown(&left.fields)) };
                let of_tools = if left.of == "tool_call" { "in _meta" } else { "" };
                vec![visible(&left.name), left.reason.into(), rules(&left.rules), [about.as_str(), of_tools].join(" ").trim().into()]
            })
            .collect(),
    ));
    blocks.extend(block(
        &format!("not for provider {}", visible(&report.provider)),
        report.withheld.iter().map(|withheld| vec![withheld.name.into(), withheld.place.into(), withheld.rule.into()]).collect(),
    ));
    blocks.extend(block(
        "passed over",
        report
            .unknown_members
            .iter()
            .map(|member| {
                let rule = member.rule.map(|rule| format!(" ({rule})")).unwrap_or_default();
                vec![visible(&member.name), format!("{}{rule}", member.because)]
            })
            .collect(),
    ));
    let (beside, unset): (Vec<&String>, Vec<&String>) = report.unset.iter().partition(|path| path.starts_with("additions."));
    for (title, paths) in [("not set (1-7)", unset), ("not set beside the snapshot", beside)] {
        if !paths.is_empty() {
            let names: Vec<&str> = paths.iter().map(|path| path.trim_start_matches("additions.")).collect();
            blocks.push(format!("{}\n  {}", bold(title), names.join(", ")));
        }
    }
    blocks.join("\n\n")
}

/// A line for each fact that is set.
fn facts(report: &Report) -> String {
    let titles = ["field", "canonical", "flat map", "header fields and body", "_meta", "rules"].map(String::from).to_vec();
    let line = |field: &Field| {
        let names = |part: Part| {
            let names = field.went_to.iter().filter(|there| there.part == part);
            names.map(|there| placed(there, &field.field)).collect::<Vec<_>>().join(", ")
        };
        let beside = [names(Part::Header), names(Part::Body)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        vec![named(field), names(Part::Canonical), names(Part::Flat), beside, names(Part::Meta), rules(&field.rules)]
    };
    let mut rows = vec![titles];
    rows.extend(report.fields.iter().map(line));
    rows.iter_mut().flatten().filter(|cell| cell.is_empty()).for_each(|cell| *cell = "-".into());
    let mut lines = aligned(&rows).into_iter();
    let title = lines.next().map(bold);
    title.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

/// How a place is written: the canonical string's by its position, with the name where that is another.
fn placed(there: &There, field: &str) -> String {
    let name = visible(&there.name);
    match (there.part, there.position) {
        (Part::Canonical, Some(position)) if there.name == field => position.to_string(),
        (Part::Canonical, Some(position)) => format!("{position} {name}"),
        (Part::Meta, _) if there.name == field => "yes".into(),
        (Part::Body, _) => format!("body {name}"),
        _ => name,
    }
}

fn named(field: &Field) -> String {
    let name = visible(&field.field);
    match field.of {
        "extras" => format!("extra {name}"),
        "configured_extras" => format!("configured extra {name}"),
        _ => name,
    }
}

fn canonical(report: &Report) -> String {
    let canonical = &report.canonical;
    let places: Vec<&str> = canonical.went_to.iter().map(|part| part_name(*part)).collect();
    let places = if places.is_empty() { "nowhere".to_owned() } else { places.join(" and ") };
    let listed = |names: &[String]| if names.is_empty() { "none (1D)".to_owned() } else { names.join(", ") };
    let rows = vec![
        vec!["canonical string".into(), format!("{places}: {} ({})", canonical.because, canonical.rule)],
        vec!["flat map".into(), listed(&report.client_metadata)],
        vec!["header fields".into(), listed(&report.headers)],
    ];
    block("on the wire, in order", rows).unwrap_or_default()
}

fn absences(field: &Field) -> Vec<Vec<String>> {
    let absent = |absent: &Absent| {
        let names: Vec<String> = absent.names.iter().map(|name| visible(name)).collect();
        let place = format!("{} {}", part_name(absent.part), names.join(", "));
        vec![named(field), place, format!("{} ({})", absent.because, absent.rules.join(", "))]
    };
    let hidden = |there: &There| {
        let place = format!("{} {}", part_name(there.part), visible(&there.name));
        vec![named(field), place, format!("kept out by this ({})", field.rules.first().copied().unwrap_or_default())]
    };
    field.left_out.iter().map(absent).chain(field.hides.iter().map(hidden)).collect()
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Canonical => "canonical",
        Part::Flat => "flat map",
        Part::Header => "header",
        Part::Body => "body",
        Part::Meta => "_meta",
    }
}

fn block(title: &str, rows: Vec<Vec<String>>) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let lines = aligned(&rows).into_iter().map(|line| format!("  {line}"));
    Some(std::iter::once(bold(title)).chain(lines).collect::<Vec<_>>().join("\n"))
}

/// Cells under each other, two spaces between them.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn rules(rules: &[&str]) -> String {
    rules.join(" ")
}

fn shown(names: &[String]) -> String {
    names.iter().map(|name| visible(name)).collect::<Vec<_>>().join(", ")
}

fn bold(text: impl std::fmt::Display) -> String {
    paint(Style::new().bold(), text)
}
