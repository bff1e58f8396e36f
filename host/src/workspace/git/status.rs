//! Whether `git status --porcelain` would say anything.

use gix::bstr::BStr;
use gix::status::index_worktree::Item as WorktreeItem;
use gix::status::plumbing::index_as_worktree::{Change, EntryStatus};
use gix::status::{Item, tree_index::TrackRenames};
use gix::submodule::config::Ignore;
use gix::worktree::stack::state::attributes::Source;
use gix::{Repository, attrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Working trees with more levels of submodules than this are not judged.
const DEEPEST: u32 = 8;

/// It is a guest's work: the host's threads are for requests.
const THREADS: usize = 2;

/// None if it cannot be told, or is to stop. As git does, it heeds `status.showUntrackedFiles` and what is ignored in submodules.
pub(super) fn has_changes(repository: Repository, stop: &Arc<AtomicBool>) -> Option<bool> {
    Tree { repository, with_untracked: true, depth: 0 }.has_changes(stop)
}

/// A working tree, of the repository or of a submodule.
struct Tree {
    repository: Repository,
    with_untracked: bool,
    depth: u32,
}

impl Tree {
    fn has_changes(mut self, stop: &Arc<AtomicBool>) -> Option<bool> {
        let has_filters = forget_filters(&mut self.repository)?;
        let mut filtered = if has_filters { Some(Filtered::of(&self.repository)?) } else { None };
        let items = self.repository.status(gix::progress::Discard).ok()?;
        let items = items
            .should_interrupt_owned(Arc::clone(stop))
            .tree_index_track_renames(TrackRenames::Disabled)
            // The library would open submodules with their filters.
            .index_worktree_submodules(None)
            .index_worktree_options_mut(|options| {
                options.thread_limit = Some(THREADS);
                options.dirwalk_options = options.dirwalk_options.take().filter(|_| self.with_untracked);
            });
        let mut is_unsure = false;
        for item in items.into_iter(None).ok()? {
            let item = item.ok()?;
            is_unsure = match (content_of(&item), filtered.as_mut()) {
                (Some(path), Some(filtered)) => filtered.has(path)?,
                _ => false,
            };
            if !is_unsure {
                return Some(true);
            }
        }
        if stop.load(Ordering::Acquire) {
            return None;
        }
        match self.submodules_have_changes(stop)? {
            false if is_unsure => None,
            told => Some(told),
        }
    }

    fn submodules_have_changes(&self, stop: &Arc<AtomicBool>) -> Option<bool> {
        let overridden = self.repository.config_snapshot().string("diff.ignoreSubmodules");
        let overridden = overridden.and_then(|text| Ignore::try_from(text.as_ref()).ok());
        for submodule in self.repository.submodules().ok()?.into_iter().flatten() {
            let ignored = overridden.or(submodule.ignore().ok()?).unwrap_or_default();
            if ignored != Ignore::All && self.has_changed(&submodule, ignored, stop)? {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Whether another commit is checked out than the index says, or something changed inside. One that is not there has not.
    fn has_changed(&self, submodule: &gix::Submodule<'_>, ignored: Ignore, stop: &Arc<AtomicBool>) -> Option<bool> {
        let Some(expected) = submodule.index_id().ok()? else { return Some(false) };
        if !submodule.state().ok()?.worktree_checkout {
            return Some(false);
        }
        let Some(repository) = submodule.open().ok()? else { return Some(false) };
        if repository.head_id().ok().map(gix::Id::detach) != Some(expected) {
            return Some(true);
        }
        if ignored == Ignore::Dirty {
            return Some(false);
        }
        let depth = self.depth + 1;
        let inside = Tree { repository, with_untracked: self.with_untracked && ignored != Ignore::Untracked, depth };
        if depth > DEEPEST { None } else { inside.has_changes(stop) }
    }
}

/// Files whose content goes through a filter before it is compared. Without running it, nobody knows whether such a file changed.
struct Filtered<'repository> {
    attributes: gix::AttributeStack<'repository>,
    found: attrs::search::Outcome,
}

impl<'repository> Filtered<'repository> {
    fn of(repository: &'repository Repository) -> Option<Self> {
        let index = repository.index_or_empty().ok()?;
        let attributes = repository.attributes_only(&index, Source::WorktreeThenIdMapping).ok()?;
        let found = attributes.selected_attribute_matches(["filter"]);
        Some(Self { attributes, found })
    }

    fn has(&mut self, path: &BStr) -> Option<bool> {
        self.attributes.at_entry(path, None).ok()?.matching_attributes(&mut self.found);
        Some(self.found.iter_selected().any(|found| matches!(found.assignment.state, attrs::StateRef::Value(_))))
    }
}

/// Takes the programs that would see file contents out of the configuration in memory; whether there were any.
fn forget_filters(repository: &mut Repository) -> Option<bool> {
    let mut config = repository.config_snapshot_mut();
    let is_filter = |name: &[u8]| name.eq_ignore_ascii_case(b"filter");
    let filters: Vec<_> = config.sections_and_ids().filter(|(section, _)| is_filter(section.header().name())).map(|(_, id)| id).collect();
    for id in &filters {
        config.remove_section_by_id(*id);
    }
    config.commit().ok()?;
    Some(!filters.is_empty())
}

/// The path of a file of which only the content differs.
fn content_of(item: &Item) -> Option<&BStr> {
    match item {
        Item::IndexWorktree(WorktreeItem::Modification {
            status: EntryStatus::Change(Change::Modification { executable_bit_changed: false, content_change: Some(()), .. }),
            rela_path,
            ..
        }) => Some(rela_path.as_ref()),
        _ => None,
    }
}
