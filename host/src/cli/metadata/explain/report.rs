//! The answer of `metadata explain`. Its members are those of the JSON.

use super::facts::Origin;
use super::findings::{Finding, Findings};
use super::leftovers::UnknownMember;
use super::view::{Part, Place, View};
use crate::cli::metadata::recipient::Withheld;
use crate::cli::metadata::scene::Scene;
use crate::metadata::Dropped;
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
pub struct Report {
    pub kind: Option<&'static str>,
    pub transport: &'static str,
    pub provider: String,
    pub fields: Vec<Field>,
    pub canonical: Canonical,
    /// Header fields in order, the canonical string's among them.
    pub headers: Vec<String>,
    /// Keys of the flat map in order, alike.
    pub client_metadata: Vec<String>,
    pub dropped: Vec<Left>,
    pub withheld: Vec<Withheld>,
    /// Paths of facts that are not set (1-7).
    pub unset: Vec<String>,
    pub unknown_members: Vec<UnknownMember>,
    pub notes: Vec<String>,
}

/// A fact, and where it went.
#[derive(Serialize)]
pub struct Field {
    pub field: String,
    /// `snapshot`, `extras`, `configured_extras`, `additions`, or `fixed` for what does not depend on any fact.
    pub of: &'static str,
    pub went_to: Vec<There>,
    pub left_out: Vec<Absent>,
    /// What it keeps out of other places.
    pub hides: Vec<There>,
    pub rules: Vec<&'static str>,
}

#[derive(Serialize)]
pub struct There {
    pub part: Part,
    pub name: String,
    /// From 1, in the order of the wire.
    pub position: Option<usize>,
}

#[derive(Serialize)]
pub struct Absent {
    pub part: Part,
    pub names: Vec<String>,
    pub because: String,
    pub rules: Vec<&'static str>,
}

/// Where the canonical string itself goes.
#[derive(Serialize)]
pub struct Canonical {
    pub went_to: Vec<Part>,
    pub because: &'static str,
    pub rule: &'static str,
}

/// Something that was left out and reported.
#[derive(Serialize)]
pub struct Left {
    pub name: String,
    pub reason: &'static str,
    /// Whether it is the request's, or only that of a tool call beside it.
    pub of: &'static str,
    /// Paths of the facts that it is about.
    pub fields: Vec<String>,
    pub rules: Vec<&'static str>,
}

impl Report {
    pub fn new(
        scene: &Scene,
        view: &View,
        findings: Findings,
        unknown_members: Vec<UnknownMember>,
        withheld: Vec<Withheld>,
        notes: Vec<String>,
    ) -> Self {
        let Findings { found, unset } = findings;
        Self {
            kind: scene.kind.map(|kind| kind.as_str()),
            transport: scene.transport.as_str(),
            provider: scene.recipient.0.clone(),
            canonical: canonical(scene, view),
            headers: in_order(view, Part::Header),
            client_metadata: in_order(view, Part::Flat),
            dropped: dropped(view, &found),
            fields: fields(view, found),
            withheld,
            unset,
            unknown_members,
            notes,
        }
    }
}

/// In the order of the canonical string; what is not in it follows what it stands beside.
fn fields(view: &View, found: Vec<Finding>) -> Vec<Field> {
    let taken: BTreeSet<Place> = found.iter().flat_map(|finding| finding.went_to.iter().cloned()).collect();
    let mut last = 0;
    let mut fields: Vec<(usize, Field)> = Vec::new();
    for finding in found {
        let own = finding.went_to.iter().filter(|(part, _)| *part == Part::Canonical).find_map(|place| view.position(place));
        last = match (own, finding.fact.origin) {
            (Some(position), _) => position,
            (None, Origin::Snapshot) => last,
            (None, _) => usize::MAX,
        };
        fields.push((last, field(view, finding)));
    }
    for place in view.order.iter().filter(|place| !taken.contains(place)) {
        let position = if place.0 == Part::Canonical { view.position(place) } else { None };
        fields.push((position.unwrap_or(usize::MAX), fixed(view, place)));
    }
    fields.sort_by_key(|(position, _)| *position);
    fields.into_iter().map(|(_, field)| field).collect()
}

fn field(view: &View, finding: Finding) -> Field {
    let Finding { fact, went_to, left_out, hides, .. } = finding;
    let of = match fact.origin {
        Origin::Snapshot => "snapshot",
        Origin::TurnExtra => "extras",
        Origin::ConfiguredExtra => "configured_extras",
        Origin::Addition => "additions",
    };
    let absent = left_out.into_iter().map(|left| Absent {
        part: left.part,
        names: left.names,
        because: left.because,
        rules: each(left.rule).collect(),
    });
    Field {
        field: fact.name,
        of,
        went_to: went_to.iter().map(|place| there(view, place)).collect(),
        left_out: absent.collect(),
        hides: hides.iter().map(|place| there(view, place)).collect(),
        rules: fact.rules.to_vec(),
    }
}

/// What does not depend on any fact of the snapshot.
fn fixed(view: &View, place: &Place) -> Field {
    let (of, rules) = match place {
        (Part::Canonical, name) if name == "request_kind" => ("kind", vec!["1A"]),
        (Part::Header, _) => ("fixed", vec!["§10"]),
        _ => ("fixed", vec!["1A"]),
    };
    Field { field: place.1.clone(), of, went_to: vec![there(view, place)], left_out: Vec::new(), hides: Vec::new(), rules }
}

/// The rules of a list.
fn each(rules: &'static str) -> impl Iterator<Item = &'static str> {
    rules.split(", ")
}

fn there(view: &View, place: &Place) -> There {
    There { part: place.0, name: place.1.clone(), position: view.position(place) }
}

fn canonical(scene: &Scene, view: &View) -> Canonical {
    let went_to = view.copies.clone();
    let (because, rule) = if scene.is_tool_call() {
        ("a tool call carries an object instead", "1-21")
    } else if !view.has_canonical {
        ("the transport has none", "1D")
    } else if scene.kind.is_none() {
        ("without a kind it does not travel", "1-10")
    } else if went_to.is_empty() {
        ("it is no legal header value", "1-16")
    } else {
        ("the same text in every place", "1-10")
    };
    Canonical { went_to, because, rule }
}

/// Names of a part in order, the canonical string in its place.
fn in_order(view: &View, part: Part) -> Vec<String> {
    view.wire.iter().filter(|(found, _)| *found == part).map(|(_, name)| name.clone()).collect()
}

fn dropped(view: &View, found: &[Finding]) -> Vec<Left> {
    let for_tools = view.dropped_for_tools.iter().filter(|report| !view.dropped.contains(report));
    let all = view.dropped.iter().map(|report| (report, "request")).chain(for_tools.map(|report| (report, "tool_call")));
    let left = |(report, of): (&Dropped, &'static str)| {
        let about = found.iter().filter(|finding| finding.dropped.contains(report));
        let rules: BTreeSet<_> = about.clone().flat_map(|finding| each(finding.rule_of(report))).collect();
        Left {
            name: report.name.clone(),
            reason: report.reason.as_str(),
            of,
            fields: about.map(|finding| finding.fact.path()).collect(),
            rules: rules.into_iter().collect(),
        }
    };
    all.map(left).collect()
}
