//! Checks that the bytes that are shipped depend on their source only.

use crate::workspace::{Step, Workspace};
use crate::{compact, component};
use agent_identity_builder::Profile;
use std::path::{Path, PathBuf};

/// A second copy of the source, in a folder with another name of another length. Removed when dropped.
pub struct SecondCopy {
    folder: PathBuf,
}

impl SecondCopy {
    /// Copies every file that git tracks or would add.
    pub fn create(workspace: &Workspace) -> Result<Self, String> {
        let name = format!("a-second-copy-of-the-source-with-a-longer-path-{}", std::process::id());
        let copy = Self { folder: std::env::temp_dir().join(name) };
        // Not `create_dir_all`: a folder that is already there is not ours.
        std::fs::create_dir(&copy.folder).map_err(|error| format!("{} cannot be created: {error}", copy.folder.display()))?;
        let list = Step::new(&workspace.root, "git", ["ls-files", "-z", "-co", "--exclude-standard"]).read()?;
        for file in list.split('\0').filter(|file| !file.is_empty()) {
            let from = workspace.root.join(file);
            // A file may be deleted in the working copy and not yet in the index.
            if from.is_file() {
                copy_file(&from, &copy.source().join(file))?;
            }
        }
        Ok(copy)
    }

    /// Builds the component from the copy, and compares it with the one in `target/component/`.
    pub fn check(&self, workspace: &Workspace, profile: Profile) -> Result<(), String> {
        // Beside the copy and not in it: a target directory need not be inside the workspace.
        let second = component::build(&self.source(), &self.built(), profile)?;
        compare(&component::path(workspace, profile), &second)
    }

    /// Builds the compact engine from the copy, and compares its module and its script with those in `target/component/`.
    pub fn check_compact(&self, workspace: &Workspace) -> Result<(), String> {
        let out = self.folder.join("component");
        compact::build_from(workspace, &self.source(), &self.built(), &out)?;
        compact::ENGINE.iter().try_for_each(|file| compare(&compact::folder(workspace).join(file), &read(&out.join(file))?))
    }

    fn source(&self) -> PathBuf {
        self.folder.join("source")
    }

    fn built(&self) -> PathBuf {
        self.folder.join("built")
    }
}

impl Drop for SecondCopy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// Compares what was built first with what was built second, which is kept if they differ.
fn compare(path: &Path, second: &[u8]) -> Result<(), String> {
    let Some(position) = first_difference(&read(path)?, second) else { return Ok(()) };
    let kept = path.with_extension(format!("second.{}", path.extension().unwrap_or_default().to_string_lossy()));
    let kept_at = match std::fs::write(&kept, second) {
        Ok(()) => kept.display().to_string(),
        Err(error) => format!("(not kept: {error})"),
    };
    Err(format!(
        "two builds of the same source differ from byte {position} on:\n  {}\n  {kept_at}\n\
         Look for a path of this machine in one of them: strings <file> | grep /",
        path.display()
    ))
}

fn copy_file(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().ok_or("a file without a folder")?;
    let copied = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(from, to));
    copied.map(|_| ()).map_err(|error| format!("{} cannot be copied to {}: {error}", from.display(), to.display()))
}

fn first_difference(first: &[u8], second: &[u8]) -> Option<usize> {
    if first == second {
        return None;
    }
    let common = first.iter().zip(second).take_while(|(a, b)| a == b).count();
    Some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_kept_where_they_differ() {
        let folder = std::env::temp_dir().join(format!("agent-identity-two-builds-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("one.wasm");
        std::fs::write(&path, b"one").unwrap();
        assert_eq!(compare(&path, b"one"), Ok(()));
        let message = compare(&path, b"two").unwrap_err();
        assert!(message.contains("from byte 0 on"), "{message}");
        assert_eq!(std::fs::read(folder.join("one.second.wasm")).unwrap(), b"two");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_difference_is_found_in_bytes_and_in_length() {
        assert_eq!(first_difference(b"same", b"same"), None);
        assert_eq!(first_difference(b"abcd", b"abXd"), Some(2));
        assert_eq!(first_difference(b"abcd", b"ab"), Some(2));
    }
}
