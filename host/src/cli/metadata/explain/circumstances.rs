//! What may keep a fact out of a place: other facts, the kind, the transport, the provider. Each is changed to see whether it does.

use super::facts::{self, Fact};
use super::view::{Part, View};
use crate::cli::metadata::recipient::Recipient;
use crate::cli::metadata::scene::Scene;
use crate::metadata::{Compaction, Implementation, Kind, Metadata, SessionSource, Transport};

/// A request with something else about it.
pub struct Circumstance {
    pub because: Because,
    pub scene: Scene,
    pub view: View,
    /// Parts that extras go to, found with all of them changed at once: there may be many.
    extras_in: Vec<Part>,
}

/// What is told of it.
pub enum Because {
    /// A text, and the rule.
    Fact(&'static str, &'static str),
    /// Requests of this kind carry it.
    Kind(Kind),
    /// This transport carries it.
    Transport(Transport),
    Both(Kind, Transport),
}

type Change = fn(&mut Scene);

/// Changes of facts, in the order in which they are tried.
const CHANGES: [(&str, &str, Change); 10] = [
    ("parent_thread_id is set", "3-5", |s| s.facts.parent_thread_id = None),
    ("forked_from_thread_id is not set", "3-5", |s| {
        s.facts.forked_from_thread_id.get_or_insert_with(|| "00000000-0000-7000-8000-000000000001".into());
    }),
    ("is_root_ambiguous is true", "3-4", |s| s.facts.turn.is_root_ambiguous = false),
    ("is_reviewer_request is false", "1B", |s| s.facts.is_reviewer_request = true),
    ("execution sets it", "1-5", |s| s.facts.execution = None),
    ("the configuration sets it", "2-5", |s| s.facts.configured_extras.clear()),
    ("prompt_cache_key is set", "10-1", |s| s.additions.prompt_cache_key = None),
    ("session_source is not a root agent's", "10-1", |s| s.facts.session_source = SessionSource::Root),
    ("only what follows from the snapshot was asked for", "1C", |s| s.has_additions = true),
    ("the provider is not OpenAI", "9-4", |s| s.recipient = Recipient::openai()),
];

impl Circumstance {
    /// Every other circumstance in which there is such a request.
    pub fn all(scene: &Scene, metadata: &Metadata) -> Vec<Self> {
        let changed = |because, change: &dyn Fn(&mut Scene)| {
            let mut scene = scene.clone();
            change(&mut scene);
            // A request that cannot be rendered is none.
            let view = View::of(&scene, metadata).ok()?;
            let altered = View::of(&facts::with_other_extras(&scene), metadata).ok()?;
            let extras_in = view.differing(&altered).into_iter().map(|(part, _)| part).collect();
            Some(Self { because, scene, view, extras_in })
        };
        let facts = CHANGES.iter().filter_map(|(text, rule, change)| changed(Because::Fact(text, rule), change));
        let kinds = Kind::ALL.into_iter().filter_map(|kind| changed(Because::Kind(kind), &|scene| set_kind(scene, kind)));
        let transports = ways().filter_map(|way| changed(Because::Transport(way), &|scene| scene.transport = way));
        let both = Kind::ALL.into_iter().flat_map(|kind| ways().map(move |way| (kind, way)));
        let both = both.filter_map(|(kind, way)| {
            changed(Because::Both(kind, way), &|scene| {
                set_kind(scene, kind);
                scene.transport = way;
            })
        });
        facts.chain(kinds).chain(transports).chain(both).collect()
    }

    /// Whether a fact may be in one of these parts here.
    pub fn may_show(&self, fact: &Fact, parts: &[Part]) -> bool {
        // Without the fact nothing is told of it.
        fact.is_set(&self.scene) && (!fact.is_extra() || parts.iter().any(|part| self.extras_in.contains(part)))
    }

    /// Why a fact is not in this part although here it is.
    pub fn told(&self, part: Part, scene: &Scene) -> (String, &'static str) {
        let way = scene.transport.as_str();
        match self.because {
            Because::Fact(text, rule) => (text.into(), rule),
            Because::Kind(kind) => {
                let own = scene.kind.map_or("none", Kind::as_str);
                (format!("kind {own} does not carry it, {} does", kind.as_str()), "1A")
            }
            Because::Transport(other) => {
                let rule = if part == Part::Header { "1D, §10" } else { "1D" };
                (format!("{way} does not carry it, {} does", other.as_str()), rule)
            }
            Because::Both(kind, other) => (format!("kind {} over {} carries it", kind.as_str(), other.as_str()), "1A, 1D"),
        }
    }
}

/// Together with what the kind cannot be without (1-4).
fn set_kind(scene: &mut Scene, kind: Kind) {
    scene.kind = Some(kind);
    let facts = &mut scene.facts;
    for id in [&mut facts.installation_id, &mut facts.session_id, &mut facts.thread_id, &mut facts.window_id] {
        if id.is_empty() {
            id.push('x');
        }
    }
    if kind == Kind::Compaction {
        scene.facts.compaction.get_or_insert_with(|| Compaction::manual(Implementation::Local));
    }
}

/// Those that are not for tool calls, which every view has beside.
fn ways() -> impl Iterator<Item = Transport> {
    Transport::ALL.into_iter().filter(|way| *way != Transport::Mcp)
}
