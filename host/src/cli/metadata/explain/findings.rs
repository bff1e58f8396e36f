//! Where each fact goes, found by rendering with the fact changed.

use super::circumstances::Circumstance;
use super::facts::{self, Fact, Origin};
use super::view::{Part, Place, View};
use crate::cli::failure::Failure;
use crate::cli::metadata::scene::Scene;
use crate::metadata::{Dropped, Metadata};
use std::collections::BTreeSet;

/// What is found of a scene.
pub struct Findings {
    /// The facts that the request has.
    pub found: Vec<Finding>,
    /// Paths of those it has not.
    pub unset: Vec<String>,
}

/// What is found of a fact.
pub struct Finding {
    pub fact: Fact,
    pub went_to: Vec<Place>,
    pub left_out: Vec<LeftOut>,
    /// Places that this fact keeps empty.
    pub hides: Vec<Place>,
    /// Reports that are about it.
    pub dropped: Vec<Dropped>,
}

/// A part that a fact would go to if something else were otherwise.
pub struct LeftOut {
    pub part: Part,
    pub names: Vec<String>,
    pub because: String,
    pub rule: &'static str,
}

const PARTS: [Part; 5] = [Part::Canonical, Part::Flat, Part::Header, Part::Body, Part::Meta];

impl Findings {
    pub fn make(scene: &Scene, view: &View, metadata: &Metadata) -> Result<Self, Failure> {
        let circumstances = Circumstance::all(scene, metadata);
        let (set, unset): (Vec<Fact>, Vec<Fact>) = facts::of(scene).into_iter().partition(|fact| fact.is_set(scene));
        let finder = Finder { scene, view, circumstances: &circumstances, metadata };
        let found = set.into_iter().map(|fact| finder.find(fact)).collect::<Result<_, _>>()?;
        Ok(Self { found, unset: unset.iter().map(Fact::path).collect() })
    }
}

struct Finder<'a> {
    scene: &'a Scene,
    view: &'a View,
    circumstances: &'a [Circumstance],
    metadata: &'a Metadata,
}

impl Finder<'_> {
    fn find(&self, fact: Fact) -> Result<Finding, Failure> {
        let altered = View::of(&fact.altered(self.scene), self.metadata)?;
        let removed = fact.removed(self.scene).map(|scene| View::of(&scene, self.metadata)).transpose()?;
        let went_to = self.view.differing(&altered);
        let gained = self.view.missing(&altered);
        let dropped = self.reports(&altered, removed.as_ref());
        let (hides, gained) = if fact.is_switch() { (gained, Vec::new()) } else { (Vec::new(), gained) };
        let lacks = |part: &Part| !went_to.iter().any(|(found, _)| found == part) && self.is_asked_about(*part);
        let (by_value, lacking): (Vec<Part>, Vec<Part>) =
            PARTS.into_iter().filter(lacks).partition(|part| gained.iter().any(|(found, _)| found == part));
        let mut left_out: Vec<LeftOut> = by_value.into_iter().map(|part| kept_out_by_value(&fact, part, &gained, &dropped)).collect();
        left_out.extend(self.kept_out(&fact, lacking)?);
        Ok(Finding { fact, went_to, left_out, hides, dropped })
    }

    /// A part that the transport does not have at all is told once, not for each fact.
    fn is_asked_about(&self, part: Part) -> bool {
        part == Part::Meta || self.view.has(part)
    }

    /// For each part the first circumstance under which the fact goes there, if there is one.
    fn kept_out(&self, fact: &Fact, mut parts: Vec<Part>) -> Result<Vec<LeftOut>, Failure> {
        let mut left_out = Vec::new();
        for circumstance in self.circumstances {
            if parts.is_empty() {
                break;
            }
            if !circumstance.may_show(fact, &parts) {
                continue;
            }
            let altered = View::of(&fact.altered(&circumstance.scene), self.metadata)?;
            let went_to = circumstance.view.differing(&altered);
            parts.retain(|part| {
                let names = of_part(&went_to, *part);
                if names.is_empty() {
                    return true;
                }
                let (because, rule) = circumstance.told(*part, self.scene);
                left_out.push(LeftOut { part: *part, names, because, rule });
                false
            });
        }
        left_out.extend(parts.contains(&Part::Meta).then(|| self.kept_from_tools(fact)).transpose()?.flatten());
        Ok(left_out)
    }

    /// What a model request carries and a tool call, if that is the question, never does.
    fn kept_from_tools(&self, fact: &Fact) -> Result<Option<LeftOut>, Failure> {
        let Some(model_request) = self.circumstances.iter().find(|other| self.scene.is_tool_call() && other.view.has(Part::Canonical))
        else {
            return Ok(None);
        };
        let altered = View::of(&fact.altered(&model_request.scene), self.metadata)?;
        let names = of_part(&model_request.view.differing(&altered), Part::Canonical);
        let rule = if fact.origin == Origin::ConfiguredExtra { "2-7" } else { "1A" };
        let because = "a model request carries it, a tool call does not".into();
        Ok((!names.is_empty()).then_some(LeftOut { part: Part::Meta, names, because, rule }))
    }

    /// What is no longer reported when the fact is another, or is gone.
    fn reports(&self, altered: &View, removed: Option<&View>) -> Vec<Dropped> {
        let gone = |reports: &[Dropped], other: fn(&View) -> &Vec<Dropped>| {
            let is_gone = |report: &&Dropped| [Some(altered), removed].into_iter().flatten().any(|view| !other(view).contains(report));
            reports.iter().filter(is_gone).cloned().collect::<BTreeSet<_>>()
        };
        let mut all = gone(&self.view.dropped, |view| &view.dropped);
        all.extend(gone(&self.view.dropped_for_tools, |view| &view.dropped_for_tools));
        all.into_iter().collect()
    }
}

fn of_part(places: &[Place], part: Part) -> Vec<String> {
    places.iter().filter(|(found, _)| *found == part).map(|(_, name)| name.clone()).collect()
}

fn kept_out_by_value(fact: &Fact, part: Part, gained: &[Place], dropped: &[Dropped]) -> LeftOut {
    let names = of_part(gained, part);
    let (because, rule) = match dropped.iter().find(|dropped| names.contains(&dropped.name)) {
        Some(report) => (format!("the value is {}", report.reason.as_str()), value_rule(part)),
        None => ("the value says nothing".into(), fact.absence),
    };
    LeftOut { part, names, because, rule }
}

fn value_rule(part: Part) -> &'static str {
    match part {
        Part::Header => "1-16",
        _ => "1-15",
    }
}

impl Finding {
    /// The rule by which something about this fact was left out.
    pub fn rule_of(&self, dropped: &Dropped) -> &'static str {
        use crate::metadata::DropReason::{Empty, Illegal, Overwritten, Reserved, Shadowed};
        match (dropped.reason, self.fact.origin) {
            (Reserved, Origin::ConfiguredExtra) => "2-9",
            (Reserved, _) => "2-3",
            (Shadowed, _) => "2-5",
            (Overwritten, _) if self.is_about_input(dropped) => "1-22",
            (Overwritten, _) => "2-5",
            (Empty, _) => "1-15, 1-16",
            (Illegal, _) if self.fact.name == "attestation" => "9-7",
            (Illegal, _) if self.fact.name == "workspaces" => "8-5",
            (Illegal, _) => "1-16",
        }
    }

    fn is_about_input(&self, dropped: &Dropped) -> bool {
        dropped.name == "user_input_requested_during_turn"
    }
}
